import HTTPServer
import Hardware
import Planning
import Sizing
import SizingContract
import Text

/// `GET /v1/size?model=…&device=…&prefill=…&decode=…`: the query of a sizing by name.
struct SizeQuery {
    static let names = [
        "model", "device", "attention_device", "ffn_device", "prefill", "decode", "batch_size", "microbatches",
        "data_parallel", "tensor_parallel", "expert_parallel", "link", "tpot_ms", "max_ratio", "pretty",
    ]

    private let values: Query

    /// The input of the operation, and whether the answer is to be indented.
    ///
    /// - Throws: 400 for a parameter that is not known or given twice, and for a wrong value of `pretty`; 422 for one that is
    ///   missing, is not known to the catalogue or out of range.
    static func decode(_ head: RequestHead) throws(ProblemDocument) -> (NamedSizing, pretty: Bool) {
        let query = SizeQuery(values: try Query(head, names: names))
        let pretty = try query.values.flag("pretty")
        return (try query.sizing(), pretty)
    }

    private func sizing() throws(ProblemDocument) -> NamedSizing {
        let description = try description()
        _ = try (required("prefill"), required("decode"))
        return NamedSizing(
            description, prefill: try number("prefill", in: 0...SizingLimits.maximumLength) ?? 0,
            decode: try number("decode", in: 1...SizingLimits.maximumLength) ?? 1,
            batchSize: try integer("batch_size", in: 1...SizingLimits.maximumBatchSize),
            microbatches: try integer("microbatches", in: 1...SizingLimits.maximumMicrobatches),
            maximumRatio: try integer("max_ratio", in: 1...SizingLimits.maximumRatio),
            tpot: try number("tpot_ms", in: 1e-6...1e9))
    }

    private func description() throws(ProblemDocument) -> OpenDescription {
        let modelName = try required("model")
        let model = try Self.checked("model", try Catalogue.embedded.model(modelName))
        let attentionName = try required("attention_device", or: "device")
        let ffnName = try required("ffn_device", or: "device")
        let attention = try Self.checked("device", try Catalogue.embedded.device(attentionName))
        let ffn = try Self.checked("device", try Catalogue.embedded.device(ffnName))
        var link = HardwareDescription.Link()
        if let name = values["link"] {
            guard let kind = LinkKind(rawValue: name) else {
                throw .parameter("link", "must be one of scale_up, scale_out")
            }
            link.kind = kind
        } else if attention.scaleOut == nil || ffn.scaleOut == nil {
            link.kind = .scaleUp
        }
        return OpenDescription(
            model: model, attentionDevice: attention, ffnDevice: ffn, link: link,
            dataParallel: try integer("data_parallel", in: 1...65_536) ?? 1,
            tensorParallel: try integer("tensor_parallel", in: 1...1_024),
            expertParallel: try integer("expert_parallel", in: 1...65_536))
    }

    private func required(_ name: String) throws(ProblemDocument) -> String {
        guard let value = values[name], !value.isEmpty else {
            throw ProblemDocument(
                .unprocessableContent, "The query must have model, device, prefill and decode.",
                errors: [FieldError(pointer: "", detail: "must have the parameter \"\(name)\"")])
        }
        return value
    }

    private func required(_ name: String, or other: String) throws(ProblemDocument) -> String {
        if let value = values[name], !value.isEmpty { return value }
        return try required(other)
    }

    private func number(_ name: String, in range: ClosedRange<Double>) throws(ProblemDocument) -> Double? {
        guard let text = values[name] else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw .parameter(name, "must be a number from \(RangeText.of(range))")
        }
        return number
    }

    private func integer(_ name: String, in range: ClosedRange<Int>) throws(ProblemDocument) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .parameter(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func checked<T>(
        _ name: String, _ make: @autoclosure () throws(InvalidInput) -> T
    ) throws(ProblemDocument) -> T {
        do throws(InvalidInput) { return try make() } catch { throw .parameter(name, error.rule) }
    }
}
