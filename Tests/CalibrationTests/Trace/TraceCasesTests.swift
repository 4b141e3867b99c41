import Foundation
import TestSupport
import Testing
import Text

@testable import Calibration

/// Traces and logs as people have them (`Tests/Fixtures/traces`): read right, told of, or refused by name.
@Suite("Traces as people have them")
struct TraceCasesTests {
    /// What a file comes to.
    enum Verdict {
        /// Requests that decode, and the means of their lengths; with the codes of all warnings of the reading.
        case read(Int, Double, Double, [String])
        /// Words of the refusal.
        case refused([String])
    }

    struct Case: CustomTestStringConvertible {
        let file: String
        var format = TraceFormat.csv
        var options = TraceOptions()
        let verdict: Verdict
        var testDescription: String { file }
    }

    private static let firstToken = TraceOptions(firstTokenFromPrefill: true)

    static let cases: [Case] = [
        Case(file: "usage-buckets.usage.csv", verdict: .refused(["num_model_requests", "several requests", "Expand"])),
        Case(file: "value-counts.counts.csv", verdict: .refused(["\"count\""])),
        Case(file: "frequency-ndjson.freq.jsonl", format: .jsonLines, verdict: .refused(["\"frequency\""])),
        Case(
            file: "prompt-without-cache.usage.csv", verdict: .read(4, 42985.75, 354.5, ["cache_columns_assumed"])),
        Case(file: "total-disagrees-reasoning.log.csv", verdict: .read(3, 299 / 3, 882, [])),
        Case(file: "eu-thousands-trace.bericht.csv", verdict: .refused(["Line 2", "1.000", "thousands"])),
        Case(file: "total-row.export.csv", verdict: .read(10, 813.8, 137.8, ["summary_rows_left_out"])),
        Case(file: "cumulative-counters.prom.csv", verdict: .read(6, 1_003_750, 301_125, ["lengths_only_grow"])),
        Case(
            file: "partial-usage.stream.jsonl", format: .jsonLines,
            verdict: .read(14, 484.1429, 31.7143, ["ids_repeat"])),
        Case(file: "failed-requests.spend.csv", verdict: .read(3, 1885 / 3, 566 / 3, ["failed_requests"])),
        Case(
            file: "candidate-columns.chat.csv",
            verdict: .read(3, 1649 / 3, 208 / 3, ["other_columns", "other_columns"])),
        Case(file: "skips-are-biased.sheet.csv", verdict: .read(10, 1013.8, 137.8, [])),
        Case(file: "skips-fractional.mean.csv", verdict: .read(3, 662.333, 141.667, ["rows_skipped"])),
        Case(file: "swallowed-rows.prompts.csv", verdict: .read(4, 709.75, 167, ["swallowed_rows"])),
        Case(file: "second-header.joined.csv", verdict: .read(6, 890, 544 / 6, ["second_header"])),
        Case(file: "never-decodes.t.csv", options: firstToken, verdict: .read(1, 100, 100, ["never_decode"])),
        Case(file: "nested-usage.resp.jsonl", format: .jsonLines, verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "otlp-json.otlp.json", format: .jsonLines, verdict: .read(3, 1649 / 3, 208 / 3, [])),
        Case(file: "string-integers.bq.jsonl", format: .jsonLines, verdict: .read(10, 813.8, 137.8, [])),
        Case(
            file: "vllm-bench-result.result.json", format: .jsonLines,
            verdict: .read(9, 8047 / 9, 1362 / 9, ["failed_requests"])),
        Case(
            file: "aiperf-records.profile_export.jsonl", format: .jsonLines,
            verdict: .read(8, 921, 153.125, ["warm_up_left_out"])),
        Case(
            file: "inference-perf-requests.per_request_lifecycle_metrics.json", format: .jsonRows,
            verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "llmperf-names.individual_responses.json", format: .jsonRows, verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "ndjson-in-json.trace.json", format: .jsonLines, verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "wrapped-rows.trace.json", format: .jsonLines, verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "containers.t.csv.xz", verdict: .refused(["xz -dc"])),
        Case(file: "containers.t.zip", verdict: .refused(["zip", "unzip -p"])),
        Case(file: "containers.t.parquet", verdict: .refused(["Parquet", "duckdb"])),
        Case(file: "containers.utf16.csv", verdict: .refused(["UTF-16", "iconv"])),
        Case(file: "pretty-json.t.jsonl", format: .jsonLines, verdict: .read(10, 813.8, 137.8, [])),
        Case(file: "pipe-delimiter.t.csv", verdict: .read(2, 385, 76.5, [])),
        Case(file: "ok-azure-2024.t.csv", verdict: .read(2, 385, 76.5, [])),
        Case(file: "ok-mooncake.t.jsonl", format: .jsonLines, verdict: .read(2, 6713.5, 39, [])),
        Case(file: "ok-floats-and-science.t.csv", verdict: .read(2, 385, 76.5, [])),
        Case(file: "ok-nan-negative.t.csv", verdict: .read(4, 338.5, 31.25, ["rows_skipped"])),
        Case(file: "ok-quoted-newline.t.csv", verdict: .read(2, 385, 76.5, [])),
    ]

    @Test("read right, told of, or refused by name, by any split", arguments: cases)
    func file(example: Case) throws {
        let bytes = try Fixture.bytes("traces/" + example.file)
        for pieces in [[1 << 16], [1], [7, 30]] {
            try Self.check(bytes, example.format, example.options, pieces, example.verdict)
        }
    }

    private static func check(
        _ bytes: [UInt8], _ format: TraceFormat, _ options: TraceOptions, _ pieces: [Int], _ verdict: Verdict
    ) throws {
        switch (Result { try summary(bytes, format, options: options, pieces: pieces) }, verdict) {
        case (.success(let summary), .read(let requests, let prefill, let decode, let codes)):
            let n = Double(summary.sums.count)
            #expect(summary.sums.count == requests)
            #expect(abs(summary.sums[0].double / n - prefill) < 0.01 * max(1, prefill / 1000))
            #expect(abs(summary.sums[1].double / n - decode) < 0.01 * max(1, decode / 1000))
            #expect((summary.lossWarnings + summary.reading.warnings).map(\.code) == codes)
        case (.failure(let error), .refused(let words)):
            for word in words { #expect("\(error)".contains(word), "\(error)") }
        case (.success, .refused): Issue.record("accepted")
        case (.failure(let error), .read): Issue.record("refused: \(error)")
        }
    }

    // MARK: Kinds

    static let texts: [(String, TraceFormat, String, Verdict)] = [
        ("a count of one", .csv, "isl,osl,count\n1,2,1\n3,4,1\n", .read(2, 2, 3, [])),
        ("a weight in quotes", .jsonLines, "{\"isl\":1,\"osl\":2,\"weight\":\"3\"}\n", .refused(["weight"])),
        (
            "buckets of pages", .jsonLines,
            "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"results\":[{\"input_tokens\":10,\"output_tokens\":5,"
                + "\"num_model_requests\":3}]}]}", .refused(["num_model_requests"])
        ),
        (
            "a cache beside, by the total", .csv,
            "prompt_tokens,cache_read_input_tokens,completion_tokens,total_tokens\n10,0,5,15\n10,90,5,105\n",
            .read(2, 55, 5, [])
        ),
        (
            "a cache within, by the total", .csv,
            "input_tokens,cache_read_input_tokens,output_tokens,total_tokens\n100,0,5,105\n100,90,5,105\n",
            .read(2, 100, 5, [])
        ),
        (
            "reasoning within, by the total", .jsonLines,
            "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":50,\"total_tokens\":60,\"completion_tokens_details\":"
                + "{\"reasoning_tokens\":40}}}\n", .read(1, 10, 50, [])
        ),
        (
            "thoughts beside", .jsonLines,
            "{\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"thoughtsTokenCount\":7,"
                + "\"totalTokenCount\":22}}\n", .read(1, 10, 12, [])
        ),
        (
            "reasoning that no total tells", .csv, "prompt_tokens,completion_tokens,reasoning_tokens\n10,50,40\n",
            .read(1, 10, 50, ["reasoning_assumed"])
        ),
        (
            "totals that disagree", .csv, "prompt_tokens,completion_tokens,total_tokens\n10,5,15\n10,5,40\n",
            .read(2, 10, 5, ["total_disagrees"])
        ),
        (
            "a table of describe()", .csv,
            ",prompt_tokens,completion_tokens\ncount,100.0,100.0\nmean,374.0,44.0\nstd,10.0,3.0\nmin,1.0,1.0\nmax,800.0,90.0\n",
            .refused(["describe()"])
        ),
        (
            "a total in a column that is not the first", .csv,
            "month,name,isl,osl\n08,a,10,5\n08,b,20,6\n08,c,31,9\n08,Total,62,20\n",
            .read(3, 61.0 / 3, 20.0 / 3, ["summary_rows_left_out", "rows_by_period"])
        ),
        (
            "a total with more words", .csv, "name,isl,osl\na,10,5\nb,20,6\nGrand Total (2 requests):,31,11\n",
            .read(2, 15, 5.5, ["summary_rows_left_out"])
        ),
        (
            "a total behind the lengths", .csv, "isl,osl,note\n10,5,\n20,6,x\n31,12,TOTAL\n",
            .read(2, 15, 5.5, ["summary_rows_left_out"])
        ),
        (
            "a total among lines of JSON", .jsonLines,
            "{\"name\":\"a\",\"isl\":10,\"osl\":5}\n{\"name\":\"b\",\"isl\":20,\"osl\":6}\n"
                + "{\"name\":\"total\",\"isl\":31,\"osl\":12}\n", .read(2, 15, 5.5, ["summary_rows_left_out"])
        ),
        (
            "describe() as records", .jsonRows,
            "[{\"index\":\"count\",\"isl\":40,\"osl\":40},{\"index\":\"mean\",\"isl\":30.0,\"osl\":4.0},"
                + "{\"index\":\"max\",\"isl\":90,\"osl\":9}]", .refused(["describe()"])
        ),
        (
            "a total first, without a label", .csv, "isl,osl\n61,20\n10,5\n20,6\n31,9\n",
            .refused(["first row", "sum of all 3"])
        ),
        (
            "subtotals without labels", .csv,
            "isl,osl\n100,5\n20,6\n31,9\n151,20\n7,8\n300,2\n4,6\n311,16\n",
            .read(8, 924.0 / 8, 72.0 / 8, ["rows_may_be_sums"])
        ),
        ("few small lengths that add up", .csv, "isl,osl\n1,1\n2,3\n3,4\n", .read(3, 2, 8.0 / 3, [])),
        (
            "totals of days", .csv, "date,isl,osl\n2025-08-01,9000000,90000\n",
            .read(
                1, 9e6, 9e4,
                [
                    "lengths_implausible", "rows_by_period",
                ])
        ),
        (
            "buckets of a usage report", .jsonRows,
            "[{\"starting_at\":\"2025-08-01T00:00:00Z\",\"results\":[{\"uncached_input_tokens\":1000,\"output_tokens\":50}]}]",
            .read(1, 1000, 50, ["rows_by_period"])
        ),
        (
            "the date of a benchmark", .jsonLines,
            "{\"date\":\"20250801-101010\",\"input_lens\":[1,3],\"output_lens\":[2,4]}\n", .read(2, 2, 3, [])
        ),
        ("a count by another name", .csv, "isl,osl,cnt\n1,2,7\n3,4,1\n", .refused(["cnt"])),
        ("calls of a day", .csv, "Input tokens,Output tokens,Requests (#)\n100,20,7\n", .refused(["Requests (#)"])),
        ("shares", .csv, "isl,osl,probability\n1,2,0.25\n3,4,0.75\n", .refused(["probability"])),
        ("quantiles", .csv, "quantile,isl,osl\n0.5,2,3\n0.99,4,5\n", .refused(["quantile"])),
        ("rows that are numbered", .csv, "n,isl,osl\n0,1,2\n1,3,4\n2,1,2\n3,3,4\n", .read(4, 2, 3, [])),
        (
            "numbers that go on otherwise", .csv, "count,isl,osl\n1,1,2\n2,3,4\n3,1,2\n7,3,4\n",
            .refused(["count", "line 5"])
        ),
        ("two rows of counts", .csv, "count,isl,osl\n1,1,2\n2,3,4\n", .refused(["count", "line 3"])),
        ("retries by number", .csv, "isl,osl,attempt_no\n1,9,1\n5,6,2\n3,8,1\n", .read(3, 3, 23.0 / 3, ["retries"])),
        (
            "retries by request", .csv, "id,retry_of,isl,osl\na,,1,9\nb,a,5,6\nc,,3,8\n",
            .read(3, 3, 23.0 / 3, ["retries"])
        ),
        (
            "spans of agents", .jsonLines,
            "{\"attributes\":{\"gen_ai.operation.name\":\"invoke_agent\",\"gen_ai.usage.input_tokens\":30,"
                + "\"gen_ai.usage.output_tokens\":9}}\n{\"attributes\":{\"gen_ai.operation.name\":\"chat\","
                + "\"gen_ai.usage.input_tokens\":10,\"gen_ai.usage.output_tokens\":5}}\n",
            .read(1, 10, 5, ["other_records_left_out"])
        ),
        (
            "outputs with reasoning, as AIPerf counts them", .jsonLines,
            "{\"metrics\":{\"input_sequence_length\":{\"value\":10},\"output_token_count\":{\"value\":3},"
                + "\"reasoning_token_count\":{\"value\":4},\"output_sequence_length\":{\"value\":7}}}\n",
            .read(1, 10, 7, ["other_columns", "reasoning_assumed"])
        ),
        (
            "reused tokens that are not known", .csv, "prompt_tokens,kv_reused_tokens,completion_tokens\n10,4,5\n",
            .read(1, 10, 5, ["unknown_token_columns"])
        ),
        (
            "tokens in all", .csv, "input_tokens,output_tokens,tokens\n10,5,15\n10,5,40\n",
            .read(2, 10, 5, ["total_disagrees"])
        ),
        (
            "a total without a label", .csv, "isl,osl\n10,5\n20,6\n31,9\n61,20\n",
            .refused(["last row", "sum of all 3"])
        ),
        (
            "counters with a reset", .csv,
            "isl,osl\n1000,300\n2000,600\n3000,900\n10,3\n1010,303\n2010,603\n",
            .read(6, 1505, 451.5, ["lengths_only_grow"])
        ),
        (
            "retries", .csv, "isl,osl,attempt\n1,9,1\n5,6,2\n3,8,1\n", .read(3, 3, 23.0 / 3, ["retries"])
        ),
        (
            "failed with output", .jsonLines,
            "{\"isl\":9,\"osl\":2,\"status\":\"cancelled\"}\n{\"isl\":3,\"osl\":4,\"status\":\"ok\"}\n",
            .read(2, 6, 3, ["failed_requests"])
        ),
        (
            "codes of HTTP", .csv, "isl,osl,status_code\n9,2,200\n3,0,500\n3,4,200\n",
            .read(2, 6, 3, ["failed_requests"])
        ),
        (
            "an error in an object", .jsonLines,
            "{\"isl\":9,\"osl\":0,\"error\":{\"code\":429}}\n{\"isl\":3,\"osl\":4,\"error\":null}\n",
            .read(1, 3, 4, ["failed_requests"])
        ),
        ("no output", .csv, "isl,osl\n9,0\n3,4\n", .read(1, 3, 4, ["never_decode"])),
        ("no output at all", .csv, "isl,osl\n9,0\n3,0\n", .refused(["None of the 2 requests decodes"])),
        (
            "characters alone", .csv, "prompt_length,response_length\n1496,176\n",
            .read(1, 1496, 176, ["maybe_characters"])
        ),
        ("what was asked for", .csv, "prompt_tokens,max_tokens\n10,512\n", .refused(["max_tokens", "asked for"])),
        (
            "tokens that are not known", .csv, "prompt_tokens,image_input_tokens,completion_tokens\n10,256,5\n",
            .read(1, 10, 5, ["unknown_token_columns"])
        ),
        ("groups of points", .csv, "isl;osl\n1.234.567;3\n1;2\n", .read(2, 617_284, 2.5, ["lengths_implausible"])),
        ("a point that may group, and no zeros", .csv, "isl|osl\n1.500|200\n640|120\n", .refused(["Line 2", "1.500"])),
        ("groups of spaces", .csv, "isl;osl\n1 234;3\n2'000;2\n", .read(2, 1617, 2.5, [])),
        ("a comma for the point", .csv, "isl;osl\n374,0;3\n396,00;2\n", .read(2, 385, 2.5, [])),
        ("three decimals in every row", .csv, "isl,osl\n374.000,44.000\n396.000,109.000\n", .read(2, 385, 76.5, [])),
        (
            "a quoted line end", .csv, "id,text,isl,osl\n1,\"two\nlines, 5\",7,8\n", .read(1, 7, 8, [])
        ),
        (
            "a stray quote over two lines", .csv, "id,text,isl,osl\n1,\"two,7,8\n2,x\",9,10\n",
            .read(1, 9, 10, ["swallowed_rows"])
        ),
        ("sep= and comments", .csv, "sep=;\n# a log\nisl;osl\n1;2\n# between\n3;4\n", .read(2, 2, 3, [])),
        ("a header as a comment", .csv, "# isl,osl\n1,2\n3,4\n", .read(2, 2, 3, [])),
        ("the same header again", .csv, "isl,osl\n1,2\nisl,osl\n3,4\n", .read(2, 2, 3, ["second_header"])),
        (
            "another header", .csv, "t,isl,osl\n1,1,2\nt,isl,tokens\n3,3,4\n",
            .refused(["Line 3", "second header"])
        ),
        (
            "titles with paths", .csv, "id,usage.prompt_tokens,usage.completion_tokens\n1,1,2\n2,3,4\n",
            .read(2, 2, 3, [])
        ),
        (
            "attributes flattened", .csv,
            "attributes.gen_ai.usage.input_tokens,attributes.gen_ai.usage.output_tokens\n1,2\n",
            .read(1, 1, 2, [])
        ),
        (
            "records of other kinds", .jsonLines,
            "{\"type\":\"user\"}\n{\"type\":\"assistant\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":6}}}\n"
                + "{\"type\":\"user\"}\n", .read(1, 5, 6, ["other_records_left_out"])
        ),
        (
            "an array in a file of lines", .jsonLines, "[\n {\"isl\": 1, \"osl\": 2},\n {\"isl\": 3, \"osl\": 4}\n]\n",
            .read(2, 2, 3, [])
        ),
        (
            "requests that succeeded and not", .jsonLines,
            "{\"benchmarks\":[{\"requests\":{\"successful\":[{\"prompt_tokens\":9,\"output_tokens\":2}],\"errored\":"
                + "[{\"prompt_tokens\":3,\"output_tokens\":0}],\"incomplete\":[{\"prompt_tokens\":3,\"output_tokens\":4}]}}]}",
            .read(2, 6, 3, ["failed_requests"])
        ),
        (
            "a summary of vLLM", .jsonLines, "{\"completed\":9,\"total_input_tokens\":900,\"total_output_tokens\":300}",
            .refused(["--save-detailed"])
        ),
        (
            "columns of unequal length", .jsonLines, "{\"input_lens\":[1,2],\"output_lens\":[3]}",
            .refused(["as many elements"])
        ),
        (
            "a member twice, with two values", .jsonLines,
            "{\"prompt_tokens\":1,\"completion_tokens\":2,\"usage\":{\"prompt_tokens\":1}}\n"
                + "{\"prompt_tokens\":1,\"completion_tokens\":2,\"usage\":{\"prompt_tokens\":7}}\n",
            .read(1, 1, 2, ["rows_skipped"])
        ),
        (
            "rows that are not like the others", .csv,
            "isl,osl\n" + String(repeating: "10,20\n10,21\n", count: 150) + String(repeating: "x,500\n", count: 5),
            .read(300, 10, 20.5, ["skipped_rows_differ"])
        ),
    ]

    @Test("each kind, by any split", arguments: texts)
    func text(name: String, format: TraceFormat, text: String, verdict: Verdict) throws {
        for pieces in [[1 << 16], [1], [5, 11]] {
            try Self.check(Array(text.utf8), format, TraceOptions(), pieces, verdict)
        }
    }

    @Test(
        "columns by number, by pointer and by path",
        arguments: [
            (TraceFormat.csv, "374,44\n396,109\n", "1", "2", 374 + 396), (.csv, "a,b\n1,2\n3,4\n", "2", "1", 6),
            (.jsonLines, "{\"u\":{\"in\":5,\"out\":6}}\n", "/u/in", "/u/out", 5),
            (.jsonLines, "{\"u\":{\"in\":5,\"out\":6}}\n", "u.in", "u.out", 5),
            (.jsonLines, "{\"u.in\":5,\"u.out\":6}\n", "u.in", "u.out", 5),
            (.jsonLines, "{\"a/b\":{\"~\":5},\"out\":\"6\"}\n", "/a~1b/~0", "out", 5),
            (
                .jsonRows, "[{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}]", "/usage/prompt_tokens",
                "/usage/completion_tokens", 5
            ),
        ])
    func named(format: TraceFormat, text: String, prefill: String, decode: String, sum: Int) throws {
        let options = TraceOptions(prefillColumn: prefill, decodeColumn: decode)
        if format == .csv, prefill == "1" {
            // A table without a header.
            let summary = try summary(text, format, options: options)
            #expect(summary.sums.count == 2 && summary.sums[0].double == Double(sum))
            return
        }
        let summary = try summary(text, format, options: options, pieces: [3])
        #expect(summary.sums[0].double == Double(sum))
    }

    @Test("what was read is told by name")
    func reading() throws {
        let whole = try summary(
            "{\"id\":\"a\",\"created\":1760000000,\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n",
            .jsonLines)
        #expect(whole.reading.format == "ndjson" && whole.rows == 1)
        #expect(
            whole.reading.columns.map { "\($0.name) \($0.role)" } == [
                "id id", "created arrival", "/usage/prompt_tokens prefill", "/usage/completion_tokens decode",
            ])
        #expect(whole.activity?.arrivals != nil)
    }

    @Test("names in use are known, in JSON and as titles")
    func names() throws {
        for (prompt, output) in [
            ("number_input_tokens", "number_output_tokens"), ("inputTokenCount", "outputTokenCount"),
            ("promptTokenCount", "candidatesTokenCount"), ("prompt_eval_count", "eval_count"),
            ("request_num_prefill_tokens", "request_num_decode_tokens"),
            ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"), ("Request tokens", "Response tokens"),
            ("num_prefill_tokens", "num_decode_tokens"), ("llm.token_count.prompt", "llm.token_count.completion"),
        ] {
            #expect(try summary("\(prompt),\(output)\n374,44\n", .csv).sums[0].double == 374)
            #expect(try summary("{\"\(prompt)\":374,\"\(output)\":44}", .jsonLines).sums[0].double == 374)
        }
    }
}
