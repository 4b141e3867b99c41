import Foundation

@testable import Calibration

/// A metrics endpoint: histograms of lengths, as engines export them.
enum ExpositionText {
    /// vLLM's bounds: 1, 2, 5, 10, … below `limit`, and `limit`.
    static func bounds(below limit: Double) -> [Double] {
        var bounds: [Double] = []
        var power = 1.0
        while power < limit {
            bounds += [1, 2, 5].map { $0 * power }.filter { $0 < limit }
            power *= 10
        }
        return bounds + [limit]
    }

    /// A histogram in the text format, cumulative, with `+Inf`.
    static func histogram(_ name: String, _ lengths: [Int], bounds: [Double], labels: String = "") -> String {
        var text = "# HELP \(name) Lengths.\n# TYPE \(name) histogram\n"
        for bound in bounds + [.infinity] {
            let count = lengths.count { Double($0) <= bound }
            let mark = bound == .infinity ? "+Inf" : "\(bound)"
            text += "\(name)_bucket{le=\"\(mark)\"\(labels.isEmpty ? "" : "," + labels)} \(Double(count))\n"
        }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        return text
            + "\(name)_count\(braces) \(Double(lengths.count))\n\(name)_sum\(braces) \(Double(lengths.reduce(0, +)))\n"
    }

    /// Both of vLLM.
    static func vllm(_ prefill: [Int], _ decode: [Int], labels: String = "engine=\"0\",model_name=\"m\"") -> String {
        let bounds = bounds(below: 131_072)
        return histogram("vllm:request_prompt_tokens", prefill, bounds: bounds, labels: labels)
            + histogram("vllm:request_generation_tokens", decode, bounds: bounds, labels: labels)
    }

    /// What a reader makes of a text that comes in pieces.
    static func read(
        _ text: String, piece: Int = 1 << 16, prefill: String? = nil, decode: String? = nil
    ) throws -> LengthHistograms {
        var reader = ExpositionReader(try TokenMetrics(prefill: prefill, decode: decode))
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try reader.feed(bytes[start..<min(bytes.count, start + piece)])
        }
        return try reader.finish()
    }
}
