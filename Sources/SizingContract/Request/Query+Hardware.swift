import Hardware
import Planning
import Text

/// A model on devices, and numbers, of a query by name.
extension Query {
    /// Model, devices, link and the degrees of parallelism that are fixed.
    ///
    /// - Throws: 422 for a parameter that is missing, is not known to the catalogue or out of range, as all of these do.
    func description() throws(ProblemDocument) -> OpenDescription {
        let modelName = try required("model")
        let model = try Self.checked("model", try Catalogue.embedded.model(modelName))
        let attentionName = try required("attention_device", or: "device")
        let ffnName = try required("ffn_device", or: "device")
        let attention = try Self.checked("device", try Catalogue.embedded.device(attentionName))
        let ffn = try Self.checked("device", try Catalogue.embedded.device(ffnName))
        var link = HardwareDescription.Link()
        if let name = self["link"] {
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

    func required(_ name: String) throws(ProblemDocument) -> String {
        guard let value = self[name], !value.isEmpty else {
            throw ProblemDocument(
                .unprocessableContent, "The query must have model, device, prefill and decode.",
                errors: [FieldError(pointer: "", detail: "must have the parameter \"\(name)\"")])
        }
        return value
    }

    func required(_ name: String, or other: String) throws(ProblemDocument) -> String {
        if let value = self[name], !value.isEmpty { return value }
        return try required(other)
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(ProblemDocument) -> Double? {
        guard let text = self[name] else { return nil }
        guard Self.isDecimal(text), let number = Double(text), range.contains(number) else {
            throw .parameter(name, "must be a number from \(RangeText.of(range))")
        }
        return number
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ProblemDocument) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Self.wholeNumber(text), range.contains(number) else {
            throw .parameter(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// nil where `text` is none.
    static func wholeNumber(_ text: String) -> Int? { isDecimal(text) ? Int(text) : nil }

    /// Whether a number is written as in JSON, as far as its characters tell: no hexadecimal, no leading plus sign, no words.
    private static func isDecimal(_ text: String) -> Bool {
        text.utf8.first != UInt8(ascii: "+") && text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
    }

    static func checked<T>(
        _ name: String, _ make: @autoclosure () throws(InvalidInput) -> T
    ) throws(ProblemDocument) -> T {
        do throws(InvalidInput) { return try make() } catch { throw .parameter(name, error.rule) }
    }
}
