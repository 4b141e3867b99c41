import Calibration
import ContractTestSupport
import Foundation
import JSON
import Testing

@testable import SizingContract

@Suite("/v1/workload")
struct WorkloadTests {
    /// Hands `text` to the reader in pieces.
    static func post(
        _ text: String, _ format: TraceReader.Format, options: TraceOptions = TraceOptions(), piece: Int = 1 << 16
    ) throws -> Reply {
        try Reply {
            var reader = TraceReader(format: format, options: options)
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                try reader.feed(Array(bytes[start..<min(bytes.count, start + piece)]))
            }
            return try WorkloadOperation().answer(to: try reader.finish(), pretty: false, OperationContext())
        }
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static let rows = (1...400).map { (prefill: 50 + $0 * 7 % 301, decode: 1 + $0 * $0 % 97) }
    static let csv = "isl,osl\n" + rows.map { "\($0.prefill),\($0.decode)\n" }.joined()

    @Test("every format gives the same statistics")
    func formats() throws {
        let expected = try Self.post(Self.csv, .csv).root
        let lines = Self.rows.map { "{\"input_length\":\($0.prefill),\"x\":[1,2],\"output_length\":\($0.decode)}" }
        let columns =
            "{\"requests\":{\"prefill\":[\(Self.rows.map { "\($0.prefill)" }.joined(separator: ","))],\"decode\":["
            + "\(Self.rows.map { "\($0.decode)" }.joined(separator: ","))]}}"
        for (body, format) in [
            (lines.joined(separator: "\n"), TraceReader.Format.jsonLines),
            ("[\(lines.joined(separator: ","))]", .json),
            (columns, .json),
        ] {
            for piece in [1 << 16, 7] {
                let answer = try Self.post(body, format, piece: piece)
                #expect(answer.status == 200)
                #expect(answer.root["sums"]?.canonicalText() == expected["sums"]?.canonicalText())
                #expect(answer.root["slot_load_mean"]?.canonicalText() == expected["slot_load_mean"]?.canonicalText())
            }
        }
    }

    @Test("parts sent and merged give the bytes of the whole", arguments: [1, 2, 137, 399])
    func merge(cut: Int) throws {
        let lines = Self.csv.split(separator: "\n").map(String.init)
        let whole = try Self.post(Self.csv + "1,x\n3,4\n", .csv)
        let first = try Self.post(lines[...cut].joined(separator: "\n"), .csv)
        let second = try Self.post((["isl,osl"] + lines[(cut + 1)...] + ["1,x", "3,4"]).joined(separator: "\n"), .csv)
        let merged = try Self.post("{\"merge\": [\(Self.text(first.body)), \(Self.text(second.body))]}", .json)
        #expect(merged.status == 200)
        #expect(merged.body == whole.body)
    }

    @Test("the answer is a workload, its histogram as well, and the sizing carries intervals")
    func asWorkload() throws {
        let answer = try Self.post(Self.csv, .csv)
        let size = try Reply("/v1/size", Sample.size(workload: Self.text(answer.body)))
        #expect(size.status == 200)
        #expect(size.number("workload", "slot_load_mean") == answer.root["slot_load_mean"]?["value"]?.number)
        let ratio = Int(size.number("recommendation", "ratio"))
        let interval = try #require(size.value("uncertainty", "ratio_interval")?.numbers)
        #expect(interval[0] <= Double(ratio) && Double(ratio) <= interval[1])
        let throughput = try #require(size.value("uncertainty", "throughput_per_instance_interval")?.numbers)
        #expect(throughput[0] < size.number("recommendation", "throughput_per_instance"))
        #expect(throughput[1] > size.number("recommendation", "throughput_per_instance"))
        let histogram = Self.text(try #require(answer.root["histogram"]).canonicalText())
        let requests = try Reply("/v1/size", Sample.size(workload: "{\"requests\": \(histogram)}"))
        #expect(requests.status == 200)
        #expect(isClose(requests.number("workload", "slot_load_mean"), size.number("workload", "slot_load_mean"), 0.01))
        #expect(try Reply("/v1/size", Sample.size()).value("uncertainty") == nil)
    }

    @Test("the recommendation stays the same over mean_context_range, and not beyond")
    func range() throws {
        let answer = try Self.post(Self.csv, .csv)
        let size = try Reply("/v1/size", Sample.size(workload: Self.text(answer.body), "\"barrier\": \"gaussian\""))
        let elements = try #require(size.value("uncertainty", "mean_context_range")).elements.map(\.number)
        let ratio = size.number("recommendation", "ratio")
        let deviation = size.number("workload", "slot_load_stddev")
        func best(_ mean: Double) throws -> Double {
            try Reply(
                "/v1/size",
                Sample.size(
                    workload: "{\"slot_load\": {\"mean\": \(mean), \"stddev\": \(deviation)}}",
                    "\"barrier\": \"gaussian\"")
            ).number("recommendation", "ratio")
        }
        let (low, high) = (try #require(elements[0]), try #require(elements[1]))
        #expect(try best(low) == ratio && best(high) == ratio)
        #expect(try best(high * 1.01) != ratio)
        if low > 0 { #expect(try best(low * 0.99) != ratio) }
    }

    @Test("an answer that was changed is refused")
    func tampered() throws {
        let answer = Self.text(try Self.post(Self.csv, .csv).body)
        for (old, new, words) in [
            ("\"requests\":400", "\"requests\":401", "does not agree"), ("\"p1d1\":\"", "\"p1d1\":\"9", "sums"),
            ("\"count\":400", "\"count\":500", "must"), ("\"weights\":[", "\"weights\":[7,", "as many elements"),
            ("\"p1d1\":", "\"p1d7\":", "p1d7"), ("\"histogram_level\":4", "\"histogram_level\":9", "whole number"),
        ] {
            let changed = answer.replacingOccurrences(of: old, with: new)
            #expect(changed != answer)
            let size = try Reply("/v1/size", Sample.size(workload: changed))
            #expect(size.status == 422)
            #expect(size.errors.contains { $0.contains(words) }, "\(size.errors)")
            #expect(try Self.post("{\"merge\":[\(changed)]}", .json).status == 422)
        }
    }

    @Test(
        "a body that is not a trace gets a problem document",
        arguments: [
            ("374,44\n1,2\n", TraceReader.Format.csv, 422, "header"), ("isl,osl\n1,2\n", .json, 400, "text/csv"),
            ("{\"merge\":[]}", .json, 422, ""), ("{\"requests\":{\"prefill\":[1],\"decode\":[1,2]}}", .json, 422, ""),
            ("{\"merge\":[{}]}", .json, 422, ""), ("[1]", .json, 422, "None of the 1 rows"), ("", .json, 400, "JSON"),
        ])
    func refused(text: String, format: TraceReader.Format, status: Int, words: String) throws {
        let answer = try Self.post(text, format)
        #expect(answer.status == status)
        #expect(words.isEmpty || answer.root["detail"]?.string?.contains(words) == true)
    }

    @Test("weights and unknown members are refused by name, other columns are not")
    func members() throws {
        let columns = "\"prefill\":[10,30],\"decode\":[20,40]"
        for (text, pointer) in [
            ("{\"requests\":{\(columns),\"weights\":[1,2]}}", "/requests/weights"),
            ("{\"requests\":{\(columns),\"weight\":[1,2]}}", "/requests/weight"),
            ("{\"requests\":{\(columns)},\"first_token_from_prefill\":true}", "/first_token_from_prefill"),
            ("{\"requests\":{\(columns)},\"weights\":[1,2]}", "/weights"),
        ] {
            let answer = try Self.post(text, .json)
            #expect(answer.status == 422, "\(text)")
            #expect(answer.root["errors"]?.elements.contains { $0["pointer"]?.string == pointer } == true, "\(text)")
        }
        let rows = "{\"isl\":1,\"osl\":2,\"weight\":3}"
        for (text, format) in [
            ("isl,osl,Weight\n1,2,3\n", TraceReader.Format.csv), (rows, .jsonLines), ("[\(rows)]", .json),
        ] {
            let answer = try Self.post(text, format)
            #expect(answer.status == 422)
            #expect(answer.root["detail"]?.string?.lowercased().contains("weight") == true)
        }
        let named = TraceOptions(prefillColumn: "isl", decodeColumn: "osl")
        #expect(try Self.post("isl,osl,weight\n1,2,3\n", .csv, options: named).status == 200)
        #expect(try Self.post(rows, .jsonLines, options: named).status == 200)
        #expect(try Self.post("id,isl,note,osl\n7,1,x,2\n", .csv).status == 200)
        #expect(try Self.post("{\"id\":7,\"isl\":1,\"meta\":{\"weight\":2},\"osl\":2}", .jsonLines).status == 200)
    }

    @Test("what was read is told, and what there is to say of it goes on into sizings and merges")
    func reading() throws {
        let answer = try Self.post("id,isl,osl\n1,10,5\n1,20,6\n2,30,x\n2,1,2\n", .csv)
        #expect(answer.root["read"]?["format"]?.string == "csv")
        #expect(answer.number("read", "rows") == 4)
        #expect(
            answer.root["read"]?["columns"]?.elements.map { "\($0["name"]?.string ?? "") \($0["as"]?.string ?? "")" }
                == [
                    "id id", "isl prefill", "osl decode",
                ])
        func codes(_ reply: Reply) -> Set<String> {
            Set(reply.root["warnings"]?.elements.compactMap { $0["code"]?.string } ?? [])
        }
        #expect(codes(answer).isSuperset(of: ["ids_repeat", "rows_skipped", "few_requests"]))
        let size = try Reply("/v1/size", Sample.size(workload: Self.text(answer.body)))
        #expect(size.status == 200)
        #expect(codes(size).isSuperset(of: ["ids_repeat", "rows_skipped", "few_requests"]))
        let merged = try Self.post("{\"merge\":[\(Self.text(answer.body))]}", .json)
        #expect(merged.body == answer.body)
    }

    @Test("JSON of other programs is told by what stands in it")
    func documents() throws {
        let row = "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}"
        for (text, format) in [
            (row, "ndjson"), ("\(row)\n\(row)\n", "ndjson"), ("{\"data\":[\(row)]}", "ndjson"), ("[\(row)]", "json"),
            ("{\"input_lens\":[5,5],\"output_lens\":[6,6]}", "ndjson"),
            ("{\n\"usage\":\n{\"prompt_tokens\":5,\n\"completion_tokens\":6}}\n\(row)", "ndjson"),
        ] {
            for piece in [1 << 16, 1, 9] {
                let answer = try Self.post(text, .json, piece: piece)
                #expect(answer.status == 200, "\(text)")
                #expect(answer.root["read"]?["format"]?.string == format)
                #expect(answer.number("prefill", "mean") == 5)
            }
        }
        let pointer = TraceOptions(prefillColumn: "/usage/prompt_tokens", decodeColumn: "/usage/completion_tokens")
        #expect(try Self.post("{\"data\":[\(row)]}", .json, options: pointer).status == 200)
    }

    @Test("what the query says of rows is refused where there are none")
    func queryOfDocuments() throws {
        let columns = "{\"requests\":{\"prefill\":[10],\"decode\":[20]}}"
        let merge = "{\"merge\":[\(Self.text(try Self.post(Self.csv, .csv).body))]}"
        let first = TraceOptions(firstTokenFromPrefill: true)
        for (text, options, name) in [
            (columns, TraceOptions(prefillColumn: "x"), "prefill_column"),
            (merge, TraceOptions(decodeColumn: "x"), "decode_column"), (merge, first, "first_token_from_prefill"),
        ] {
            let answer = try Self.post(text, .json, options: options)
            #expect(answer.status == 422)
            #expect(answer.root["detail"]?.string?.contains(name) == true)
        }
        #expect(try Self.post(columns, .json, options: first).status == 200)
        #expect(try Self.post(merge, .json).status == 200)
    }

    @Test("the names of the sums are those of the calibration")
    func names() { #expect(TraceSummarySchema.sums.map(\.description) == RequestSums.names) }
}
