import Foundation
import Testing
import Text

@testable import Calibration

@Suite("Scrapes of a metrics endpoint") struct ExpositionReaderTests {
    private static let prefill = [3, 40, 40, 700, 9000]
    private static let decode = [1, 2, 30, 30, 500]

    private static func refusal(_ text: String, prefill: String? = nil) -> String {
        do {
            _ = try ExpositionText.read(text, prefill: prefill)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("give both histograms, however they are cut", arguments: [1, 2, 7, 64, 1 << 16])
    func pieces(piece: Int) throws {
        let read = try ExpositionText.read(ExpositionText.vllm(Self.prefill, Self.decode), piece: piece)
        #expect(read.prefill.count == 5 && read.prefill.sum == 9783 && read.decode.sum == 563)
        #expect(
            read.prefill.cells.map(\.lower) == [3, 21, 501, 5001]
                && read.prefill.cells.map(\.upper) == [5, 50, 1000, 10_000])
        #expect(read.prefill.cells.map(\.count) == [1, 2, 1, 1] && read.span == .total && read.warnings.isEmpty)
    }

    @Test(
        "of known engines are found by their names",
        arguments: [
            ("vllm:request_prompt_tokens", "vllm:request_generation_tokens"),
            ("ray_vllm_request_prompt_tokens", "ray_vllm_request_generation_tokens"),
            ("sglang:prompt_tokens_histogram", "sglang:generation_tokens_histogram"),
            ("tgi_request_input_length", "tgi_request_generated_tokens"),
            ("dynamo_frontend_input_sequence_tokens", "dynamo_frontend_output_sequence_tokens"),
        ])
    func engines(prefill: String, decode: String) throws {
        let bounds = ExpositionText.bounds(below: 20_000)
        // Others that have much the same names are not taken.
        let others =
            ExpositionText.histogram("sglang:uncached_prompt_tokens_histogram", [1], bounds: bounds)
            + ExpositionText.histogram("vllm:request_max_num_generation_tokens", [1], bounds: bounds)
            + ExpositionText.histogram("vllm:request_params_max_tokens", [1], bounds: bounds)
            + ExpositionText.histogram("tgi_request_max_new_tokens", [1], bounds: bounds)
        let text =
            others + ExpositionText.histogram(prefill, Self.prefill, bounds: bounds)
            + ExpositionText.histogram(decode, Self.decode, bounds: bounds)
        let read = try ExpositionText.read(text)
        #expect(read.prefill.name == prefill && read.decode.name == decode)
        #expect(read.prefill.sum == 9783 && read.decode.sum == 563)
    }

    @Test("OpenTelemetry has one histogram for both")
    func openTelemetry() throws {
        let bounds = [1.0, 4, 16, 64, 256, 1024, 4096, 16_384]
        let name = "gen_ai_client_token_usage"
        let read = try ExpositionText.read(
            ExpositionText.histogram(name, Self.prefill, bounds: bounds, labels: "gen_ai_token_type=\"input\"")
                + ExpositionText.histogram(name, Self.decode, bounds: bounds, labels: "gen_ai_token_type=\"output\""))
        #expect(read.prefill.sum == 9783 && read.decode.sum == 563)
    }

    @Test("OpenMetrics, with exemplars and an end, is the same")
    func openMetrics() throws {
        let text = ExpositionText.vllm(Self.prefill, Self.decode)
        let open =
            text.split(separator: "\n").map { line in
                line.contains("_bucket") ? line + " # {trace_id=\"t\"} 1.0" : line
            }.joined(separator: "\n") + "\n# EOF\n"
        let plain = try ExpositionText.read(text)
        let read = try ExpositionText.read(open)
        #expect(read.prefill == plain.prefill && read.decode == plain.decode)
    }

    @Test("engines are added up, and models are told of")
    func engineSum() throws {
        let two =
            ExpositionText.vllm(Self.prefill, Self.decode, labels: "engine=\"0\",model_name=\"m\"")
            + ExpositionText.vllm([50], [60], labels: "engine=\"1\",model_name=\"m\"")
        let read = try ExpositionText.read(two)
        #expect(read.prefill.count == 6 && read.prefill.sum == 9833 && read.warnings.isEmpty)
        let models = two + ExpositionText.vllm([7], [7], labels: "engine=\"0\",model_name=\"other\"")
        let both = try ExpositionText.read(models)
        #expect(both.warnings.map(\.code) == ["several_models", "several_models"])
        let one = try ExpositionText.read(
            models, prefill: "vllm:request_prompt_tokens{model_name=\"other\"}",
            decode: "vllm:request_generation_tokens{model_name=\"other\"}")
        #expect(one.prefill.sum == 7 && one.decode.sum == 7 && one.warnings.isEmpty)
    }

    @Test("bounds that not all engines have are left out, which is said")
    func differentBounds() throws {
        let name = "tgi_request_input_length"
        let read = try ExpositionText.read(
            ExpositionText.histogram(name, [5, 50], bounds: [10, 20, 100], labels: "p=\"0\"")
                + ExpositionText.histogram(name, [15, 60], bounds: [10, 30, 100], labels: "p=\"1\"")
                + ExpositionText.histogram("tgi_request_generated_tokens", [1, 2, 3, 4], bounds: [2, 8]))
        #expect(read.prefill.bounds == [10, 100, .infinity] && read.prefill.counts == [1, 3, 0])
        #expect(read.warnings.map(\.code) == ["bounds_differ"])
    }

    @Test("two scrapes after each other are before and after")
    func difference() throws {
        let before = ExpositionText.vllm(Self.prefill, Self.decode)
        let after = ExpositionText.vllm(Self.prefill + [100, 200], Self.decode + [10, 20])
        for joint in ["", "# EOF\n"] {
            let read = try ExpositionText.read(before + joint + after)
            #expect(read.span == .difference && read.prefill.count == 2 && read.prefill.sum == 300)
            #expect(read.decode.cells.map(\.count) == [1, 1] && read.decode.sum == 30 && read.warnings.isEmpty)
        }
        // A series that is new began between the two; one that is gone is told of.
        let other = ExpositionText.vllm([9], [9], labels: "engine=\"1\",model_name=\"m\"")
        #expect(try ExpositionText.read(before + after + other).prefill.sum == 309)
        #expect(try ExpositionText.read(before + other + after).warnings.map(\.code) == ["series_vanished"])
    }

    @Test("what cannot be is refused by name")
    func refusals() {
        let before = ExpositionText.vllm(Self.prefill, Self.decode)
        let after = ExpositionText.vllm(Self.prefill + [100], Self.decode + [10])
        let began = "process_start_time_seconds 17\n"
        for (text, part) in [
            (after + before, "falls from"), (before + before, "counts no requests"),
            (before + after + after, "more than two scrapes"),
            (began + before + "process_start_time_seconds 18\n" + after, "different processes, begun at 17 and 18"),
            (before.replacingOccurrences(of: "generation", with: "x"), "no known histogram of decode lengths"),
            (
                before + ExpositionText.histogram("tgi_request_input_length", [1], bounds: [2]),
                "choose one with prefill_column"
            ),
            (before.replacingOccurrences(of: "5.0\"", with: "x\""), "no number"),
            (
                "vllm:request_prompt_tokens_bucket{le=\"1\"} NaN\n",
                "Line 1: vllm:request_prompt_tokens_bucket has the value nan"
            ),
            ("a 1\nb\n", "Line 2 is no metric"), ("", "no other histograms"),
            (ExpositionText.histogram("x_tokens", [1], bounds: [2]), "histograms x_tokens"),
            (
                "vllm:request_prompt_tokens_bucket{le=\"1\"} 5\nvllm:request_prompt_tokens_bucket{le=\"2\"} 4\n",
                "not cumulative"
            ),
            ("vllm:request_prompt_tokens_bucket{le=\"-3\"} 5\n", "must rise from 0"),
            (String(repeating: "x", count: 70_000), "longer than"),
        ] {
            #expect(Self.refusal(text).contains(part), "\(part): \(Self.refusal(text).prefix(300))")
        }
        #expect(Self.refusal(before, prefill: "vllm{").contains("prefill_column must be the name of a histogram"))
    }

    @Test("a sum that the buckets do not allow is refused")
    func sum() {
        let text = ExpositionText.vllm(Self.prefill, Self.decode)
        #expect(
            Self.refusal(text.replacingOccurrences(of: " 9783.0", with: " 978300.0")).contains(
                "sum must be one that the buckets allow"))
    }

    @Test(
        "are told from tables by how they begin",
        arguments: [
            ("# HELP a b\n", true), ("\n# TYPE a counter\na 1\n", true), ("a{x=\"1\"} 2\n", true),
            ("a,b\n1,2\n", false),
            ("{\"a\": 1}\n", false), ("# a comment\na,b\n", false), ("a 1\n", false), ("", false),
            ("prompt_tokens{,}\n", false),
        ])
    func recognised(text: String, isExposition: Bool) {
        #expect(ExpositionReader.recognises(Array(text.utf8)) == isExposition)
    }
}
