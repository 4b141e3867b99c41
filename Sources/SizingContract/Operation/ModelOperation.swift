import Hardware
import JSON
import Text

/// `/v1/catalog/models`: what is read from a model's config.json, so that it can be compared with its card.
public struct ModelOperation: JSONOperation {
    public static let name: StaticString = "/v1/catalog/models"

    /// What is asked beside the model.
    public struct Question: Hashable, Sendable {
        /// Tokens of one request, 1…10⁹.
        public var context: Int
        /// The format of the KV cache, and of all weights; `nil` as published.
        public var cache: ElementFormat?
        public var weights: ElementFormat?

        public init(context: Int = 8192, cache: ElementFormat? = nil, weights: ElementFormat? = nil) {
            self.context = context
            self.cache = cache
            self.weights = weights
        }

        /// As a query or a command line says it.
        ///
        /// - Throws: 422 naming the parameter that breaks a rule.
        public init(context: String?, kv: String?, weights: String?) throws(ProblemDocument) {
            self.init()
            if let context {
                guard let tokens = Int(context), 1...1_000_000_000 ~= tokens else {
                    throw Self.refusal("context", "must be a whole number from 1 to 1000000000")
                }
                self.context = tokens
            }
            cache = try Self.format("kv", kv)
            self.weights = try Self.format("weights", weights)
        }

        private static func format(_ name: String, _ text: String?) throws(ProblemDocument) -> ElementFormat? {
            guard let text else { return nil }
            do throws(InvalidInput) {
                return try ElementFormat(named: text)
            } catch {
                throw refusal(name, error.rule)
            }
        }

        private static func refusal(_ name: String, _ rule: String) -> ProblemDocument {
            ProblemDocument(.unprocessableContent, "The parameter \"\(name)\" \(rule).")
        }
    }

    public struct Output: Sendable {
        let model: ModelDescription
        let question: Question
        let precision: Precision
        let source: PublishedPrecision.Source?
        /// The catalogue's entry, where the model is one.
        let entry: Catalogue.Entry<ModelDescription>?
    }

    /// A model, and its entry where it is one of the catalogue.
    public struct Input: Sendable {
        let model: ModelDescription
        let entry: Catalogue.Entry<ModelDescription>?
    }

    private let question: Question
    /// The text of `hf_quant_config.json`.
    private let quantization: [UInt8]?

    /// - Parameters:
    ///   - question: what is asked beside the model.
    ///   - quantization: the text of `hf_quant_config.json` beside the body, where there is one.
    public init(_ question: Question = Question(), quantization: [UInt8]? = nil) {
        self.question = question
        self.quantization = quantization
    }

    public static var isConfiguration: Bool { true }

    /// A model of the catalogue.
    ///
    /// - Throws: 404 where there is none with this id.
    public static func input(id: String) throws(ProblemDocument) -> Input {
        guard let entry = Catalogue.embedded.models.first(where: { $0.id == id }) else {
            throw ProblemDocument(.notFound, "There is no such entry; /v1/catalog lists those there are.")
        }
        return Input(model: entry.value, entry: entry)
    }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> Input? {
        var beside: JSONValue?
        if let quantization {
            guard let document = try? JSONDocument(parsing: quantization) else {
                errors.add(json, InvalidInput(field: "hf_quant_config", rule: "must be JSON"))
                return nil
            }
            beside = document.root
        }
        return errors.checked(json, try Catalogue.model(configuration: json, quantization: beside)).map {
            Input(model: $0, entry: nil)
        }
    }

    public static let remedy: StaticString = "send fewer layers"

    public static func estimate(_ input: Input) -> WorkEstimate { WorkEstimate(time: 50e-6, memory: 16 * 1024) }

    public func run(_ input: Input, _ context: OperationContext) throws(ProblemDocument) -> Output {
        let request = PrecisionRequest(weights: question.weights, cache: question.cache)
        return Output(
            model: input.model, question: question, precision: request.resolved(for: input.model.published),
            source: question.weights == nil ? input.model.published.source : nil, entry: input.entry)
    }

    public static func write(_ output: Output, into writer: inout JSONWriter) {
        let model = output.model
        let cache = output.precision.cache
        let context = Double(output.question.context)
        writer.beginObject()
        writer.field("id", model.id)
        writer.field("name", model.name)
        writer.field("family", model.family)
        writer.field("total_parameters", model.parameters)
        writer.field("active_parameters", model.activeParameters)
        writer.field("context", output.question.context)
        writer.field("kv_bytes_read", model.cacheBytesRead(context: context, format: cache))
        writer.field("kv_bytes_kept", model.cacheBytesKept(context: context, format: cache))
        writer.field("state_bytes", model.stateBytes())
        writer.object("precision") { writer in
            let weights = output.precision.weights
            writer.field("attention", weights.attention.name)
            writer.field("dense", weights.dense.name)
            writer.field("shared", weights.shared.name)
            writer.field("experts", weights.routed.name)
            writer.field("kv", cache.name)
            writer.field("source", output.source?.rawValue ?? "request")
        }
        writer.array("layers", model.layers) { writer, layers in
            writer.beginObject()
            writer.field("count", layers.count)
            writer.field("attention", layers.attention?.label ?? "none")
            writer.field("feed_forward", layers.feedForward?.label ?? "none")
            writer.endObject()
        }
        if let entry = output.entry {
            writer.field("source", entry.source)
            if let unverified = entry.unverified { writer.field("unverified", unverified) }
            if let note = entry.note { writer.field("note", note) }
            if let configuration = entry.text["config"] {
                writer.name("config")
                writer.value(configuration)
            }
        }
        writer.warnings(model.warnings)
        writer.endObject()
    }
}
