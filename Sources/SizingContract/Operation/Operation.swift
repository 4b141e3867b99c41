import JSON

/// One thing that the service can do. Each verb does only that, and in this order: an input is made (by
/// ``JSONOperation/decode(_:_:)``, or from a query or a stream), its work is estimated, it is run, its output is written.
///
/// Routes, the command line, batches and studies are thin adapters over operations.
public protocol Operation: Sendable {
    /// A checked request: behind it invalid values cannot be made.
    associatedtype Input: Sendable
    /// What was found, before it is text.
    associatedtype Output: Sendable

    /// The path, as openapi.yaml has it: `/v1/size`.
    static var name: StaticString { get }

    /// The work of ``run(_:_:)`` and ``write(_:into:)``, before it is begun.
    static func estimate(_ input: Input) -> WorkEstimate

    /// What a caller can ask for where a request is too much work: "lower …". In general terms, where it is not implemented.
    static var remedy: StaticString { get }

    /// Refuses what is beyond the bounds of the service, before anything starts. Nothing, where it is not implemented.
    func admit(_ input: Input) throws(ProblemDocument)

    /// Whether ``run(_:_:)`` says how far it is. The caller may then ask for events. False, where it is not implemented.
    static func reportsProgress(_ input: Input) -> Bool

    /// Calls the theory, and nothing else calls it.
    func run(_ input: Input, _ context: OperationContext) throws(ProblemDocument) -> Output

    /// Writes the answer as the next value of `writer`. Nothing is worked out here.
    static func write(_ output: Output, into writer: inout JSONWriter)

    /// About how long the text of the answer is, in bytes. 1536, where it is not implemented.
    static func expectedLength(_ output: Output) -> Int
}

/// An operation whose input is a JSON text.
public protocol JSONOperation: Operation {
    /// The longest text, in bytes; nil for the limit of the server. Nil, where it is not implemented.
    static var maximumLength: Int? { get }

    /// The time of parsing and decoding a byte, in seconds, for the costliest texts. 60 ns, where it is not implemented.
    static var decodingTimePerByte: Double { get }

    /// Whether some inputs report progress. False, where it is not implemented.
    static var canReportProgress: Bool { get }

    /// Whether the text is a model's config.json, in which Infinity and NaN may stand. False, where it is not implemented.
    static var isConfiguration: Bool { get }

    /// The work of ``decode(_:_:)`` beyond what every byte takes, such as fits to samples. None, where it is not implemented.
    static func readingEstimate(_ json: JSONValue) -> WorkEstimate

    /// JSON to a checked input, or every error at once. Pure: it knows no clock and no cache.
    func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> Input?
}

// Inlinable is what the callers in other targets take for every small request: without it they run it generically.
extension Operation {
    public static var remedy: StaticString { "lower what the request asks for" }
    public func admit(_ input: Input) throws(ProblemDocument) {}
    public static func reportsProgress(_ input: Input) -> Bool { false }
    public static func expectedLength(_ output: Output) -> Int { 1536 }

    /// The answer to `input` as JSON text.
    ///
    /// - Throws: why there is none; 422 where a number in it is beyond doubles.
    @inlinable
    public func answer(
        to input: Input, pretty: Bool, _ context: OperationContext
    ) throws(ProblemDocument) -> [UInt8] {
        let output = try run(input, context)
        var writer = JSONWriter(pretty: pretty, capacity: Self.expectedLength(output))
        Self.write(output, into: &writer)
        do throws(JSONWriter.NotFinite) { return try writer.finish() } catch { throw .beyondDoubles(error.member) }
    }
}

extension JSONOperation {
    public static var maximumLength: Int? { nil }
    public static var decodingTimePerByte: Double { 60e-9 }
    public static var canReportProgress: Bool { false }
    public static var isConfiguration: Bool { false }
    public static func readingEstimate(_ json: JSONValue) -> WorkEstimate { WorkEstimate(time: 0) }

    /// The work of `input(from:)` on a text of so many bytes.
    @inlinable
    public static func decodingEstimate(length: Int) -> WorkEstimate {
        // A node of the parsed document for two bytes, in the worst case.
        WorkEstimate(time: Double(length) * decodingTimePerByte, memory: 16 * Double(length))
    }

    /// The parsed text.
    ///
    /// - Throws: 400 for a text that is not JSON.
    public static func value(of text: [UInt8]) throws(ProblemDocument) -> JSONValue {
        do throws(JSONError) {
            return try JSONDocument(parsing: text).root
        } catch {
            guard let lenient = ConfigurationText.document(text, isConfiguration: Self.isConfiguration) else {
                throw ProblemDocument(error)
            }
            return lenient.root
        }
    }

    /// A JSON text to a checked input that the service admits.
    ///
    /// - Throws: 400 for a text that is not JSON, 422 for one that breaks a rule or is beyond a bound.
    public func input(from text: [UInt8], within bounds: WorkBounds = .none) throws(ProblemDocument) -> Input {
        try input(from: Self.value(of: text), within: bounds)
    }

    /// The same, of a parsed value.
    @inlinable
    public func input(from value: JSONValue, within bounds: WorkBounds = .none) throws(ProblemDocument) -> Input {
        try admitted(from: value, reading: Self.readingEstimate(value), within: bounds).input
    }

    /// The same for a caller who places the work, with the estimate that admitted it.
    ///
    /// - Parameters:
    ///   - value: a parsed text.
    ///   - reading: its ``readingEstimate(_:)``.
    ///   - bounds: what reading and running may take.
    @inlinable
    public func admitted(
        from value: JSONValue, reading: WorkEstimate, within bounds: WorkBounds
    ) throws(ProblemDocument) -> (input: Input, estimate: WorkEstimate) {
        try bounds.admit(reading, remedy: Self.remedy)
        var errors = ValidationErrors()
        guard let input = decode(value, &errors), errors.isEmpty else { throw ProblemDocument(errors) }
        try admit(input)
        let estimate = Self.estimate(input)
        try bounds.admit(estimate, remedy: Self.remedy)
        return (input, estimate)
    }

    /// The answer to a JSON text as JSON text.
    public func answer(
        to text: [UInt8], pretty: Bool, _ context: OperationContext = OperationContext()
    ) throws(ProblemDocument) -> [UInt8] {
        try answer(to: input(from: text), pretty: pretty, context)
    }
}

/// Texts with `Infinity` or `NaN` inside a model's configuration, as Hugging Face writes them. Anywhere else they stay what
/// they are in JSON: no value.
enum ConfigurationText {
    /// The document, where everything in it but such values inside a `model`, or in all of it, is JSON.
    static func document(_ text: [UInt8], isConfiguration: Bool) -> JSONDocument? {
        guard let document = try? JSONDocument(parsing: text, limits: JSONLimits(allowsNonFinite: true)) else {
            return nil
        }
        return isConfiguration || isFiniteOutsideModels(document.root) ? document : nil
    }

    /// Recurses as deep as the document is nested (see `JSONLimits`).
    private static func isFiniteOutsideModels(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .nonFinite: false
        case .array: value.elements.allSatisfy(isFiniteOutsideModels)
        case .object: value.members.allSatisfy { $0.0.equals("model") || isFiniteOutsideModels($0.1) }
        case .null, .bool, .number, .string: true
        }
    }
}
