import HTTPServer
import HTTPTypes
import Hardware
import JSON
import Planning
import Sizing
import Text

/// `GET /v1/size?model=…&device=…&prefill=…&decode=…`: a sizing for callers that can only GET.
///
/// The query is turned into the body of the `POST`, which answers it; what the query leaves out is chosen here and said in
/// the answer's assumptions: the devices of an instance so that the weights fit, and the largest useful batch.
struct SizeQuery: Sendable {
    static let names = [
        "model", "device", "attention_device", "ffn_device", "prefill", "decode", "batch_size", "microbatches",
        "data_parallel", "tensor_parallel", "expert_parallel", "link", "tpot_ms", "max_ratio", "pretty",
    ]

    private let values: Query
    private let pretty: Bool

    /// Choosing a batch takes milliseconds, so the answer is made on the work pool.
    static func plan(_ head: RequestHead, _ segment: String) -> BodyPlan {
        do throws(Problem) {
            let query = try SizeQuery(head)
            return .collect(limit: nil) { _ in .deferred { _ in query.response() } }
        } catch {
            return .respond(error.response())
        }
    }

    private func response() -> Response {
        do throws(Problem) {
            var problems = Problems()
            guard let body = try body(), var size = SizeRequest.decode(body.root, SimulationLimits(), &problems) else {
                return Problem(problems).response(pretty: pretty)
            }
            size.chosen = chosen(body.root)
            return JSONRequest.response(pretty: pretty) { SizeAnswerSchema.write(answerTo: size, into: &$0) }
        } catch {
            return error.response(pretty: pretty)
        }
    }

    /// What was chosen for the caller, as short sentences.
    private func chosen(_ body: JSONValue) -> [String] {
        var list: [String] = []
        func say(_ name: String, _ value: JSONValue?) {
            if values[name] == nil, let number = value?.integer { list.append("\(name) \(number) chosen") }
        }
        say("batch_size", body["batch_size"])
        say("microbatches", body["microbatches"])
        say("tensor_parallel", body["hardware"]?["attention"]?["tensor_parallel"])
        say("expert_parallel", body["hardware"]?["ffn"]?["expert_parallel"])
        return list
    }

    /// - Throws: 400 for a parameter that is not known or given twice, and for a wrong value of `pretty`.
    private init(_ head: RequestHead) throws(Problem) {
        values = try Query(head, names: Self.names)
        pretty = try values.flag("pretty")
    }

    private func required(_ name: String) throws(Problem) -> String {
        guard let value = values[name], !value.isEmpty else {
            throw Problem(
                .unprocessableContent, "The query must have model, device, prefill and decode.",
                errors: [FieldProblem(pointer: "", detail: "must have the parameter \"\(name)\"")])
        }
        return value
    }

    private func required(_ name: String, or other: String) throws(Problem) -> String {
        if let value = values[name], !value.isEmpty { return value }
        return try required(other)
    }

    private func number(_ name: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let text = values[name] else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw Self.problem(name, "must be a number from \(RangeText.of(range))")
        }
        return number
    }

    private func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Self.problem(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func problem(_ name: String, _ rule: String) -> Problem {
        Problem(
            .unprocessableContent, "One parameter breaks the schema or the model.",
            errors: [FieldProblem(pointer: "/" + name, detail: rule)])
    }

    private static func checked<T>(_ name: String, _ make: @autoclosure () throws(InvalidInput) -> T) throws(Problem)
        -> T
    {
        do throws(InvalidInput) {
            return try make()
        } catch {
            throw problem(name, error.rule)
        }
    }

    /// The body of the equivalent `POST`.
    private func body() throws(Problem) -> JSONDocument? {
        let modelName = try required("model")
        let model = try Self.checked("model", try Catalogue.embedded.model(modelName))
        let attentionName = try required("attention_device", or: "device")
        let ffnName = try required("ffn_device", or: "device")
        let attentionDevice = try Self.checked("device", try Catalogue.embedded.device(attentionName))
        let ffnDevice = try Self.checked("device", try Catalogue.embedded.device(ffnName))
        _ = try (required("prefill"), required("decode"))
        let lengths = 0...SizingLimits.maximumLength
        let prefill = try number("prefill", in: lengths) ?? 0
        let decode = try number("decode", in: 1...SizingLimits.maximumLength) ?? 1
        let maximumRatio = try integer("max_ratio", in: 1...SizingLimits.maximumRatio)
        let microbatches = try integer("microbatches", in: 1...SizingLimits.maximumMicrobatches) ?? 2
        var link = HardwareDescription.Link()
        if let name = values["link"] {
            guard let kind = LinkKind(rawValue: name) else {
                throw Self.problem("link", "must be one of scale_up, scale_out")
            }
            link.kind = kind
        } else if attentionDevice.scaleOut == nil || ffnDevice.scaleOut == nil {
            link.kind = .scaleUp
        }
        let data = try integer("data_parallel", in: 1...65_536) ?? 1
        var tensor = try integer("tensor_parallel", in: 1...1_024)
        var expert = try integer("expert_parallel", in: 1...65_536)
        // The fewest devices, in powers of two, that hold the weights beside some cache.
        func description() throws(InvalidInput) -> HardwareDescription {
            try HardwareDescription(
                model: model,
                attention: .init(device: attentionDevice, dataParallel: data, tensorParallel: tensor ?? 1),
                ffn: .init(device: ffnDevice, expertParallel: expert ?? 1), link: link)
        }
        let load = try Self.checked(
            "prefill", SlotLoad(prefill: try .fixed(prefill), decode: try .geometric(mean: decode)))
        func memory() throws(Problem) -> MemoryBudget {
            try Self.checked("model", try MemoryBudget(try description(), slotLoad: load))
        }
        if expert == nil {
            expert = 1
            while let now = expert, now < 1024, !model.isMixture || 2 * now <= model.experts {
                if try memory().ffnFits { break }
                expert = 2 * now
            }
        }
        if tensor == nil {
            tensor = 1
            while let now = tensor, now < 64, model.attending.allSatisfy({ $0.attention.queryHeads % (2 * now) == 0 }) {
                if try memory().largestBatch(microbatches: microbatches) >= data { break }
                tensor = 2 * now
            }
        }
        let made = try Self.checked("model", try description())
        let batch = try integer("batch_size", in: 1...SizingLimits.maximumBatchSize)
        let tpot = try number("tpot_ms", in: 1e-6...1e9)
        let size: Int
        if let batch {
            size = batch
        } else {
            size = try chosenBatch(made, load, microbatches: microbatches, tpot: tpot, maximumRatio: maximumRatio)
        }
        return Self.document(
            made, prefill: prefill, decode: decode, batch: size, microbatches: microbatches, maximumRatio: maximumRatio)
    }

    /// The batch of the best plan under memory and the TPOT bound.
    private func chosenBatch(
        _ description: HardwareDescription, _ load: SlotLoad, microbatches: Int, tpot: Double?, maximumRatio: Int?
    ) throws(Problem) -> Int {
        let problem = try Self.checked(
            "model",
            try PlanProblem(
                pairs: [try InstancePair(try DerivedHardware(description), slotLoad: load)],
                limits: try PlanLimits(
                    tpot: tpot.map { $0 * 1000 }, maximumRatio: maximumRatio ?? PlanLimits.defaultMaximumRatio,
                    microbatches: [microbatches])))
        do throws(Infeasibility) {
            return try problem.bestBundle().batchSize
        } catch {
            throw Problem(
                .unprocessableContent, "No deployment meets the limits.",
                errors: error.conflicts.map { FieldProblem(pointer: "", detail: "\($0.field): \($0.detail)") })
        }
    }

    private static func document(
        _ description: HardwareDescription, prefill: Double, decode: Double, batch: Int, microbatches: Int,
        maximumRatio: Int?
    ) -> JSONDocument? {
        var writer = JSONWriter(pretty: false, capacity: 512)
        writer.beginObject()
        writer.object("workload") { writer in
            writer.field("prefill", prefill)
            writer.field("decode", decode)
        }
        writer.object("hardware") { writer in
            writer.field("model", description.model.id)
            writer.object("attention") { writer in
                writer.field("device", description.attention.device.id)
                writer.field("data_parallel", description.attention.dataParallel)
                writer.field("tensor_parallel", description.attention.tensorParallel)
            }
            writer.object("ffn") { writer in
                writer.field("device", description.ffn.device.id)
                writer.field("expert_parallel", description.ffn.expertParallel)
            }
            writer.object("communication") { $0.field("link", description.link.kind.rawValue) }
        }
        writer.field("batch_size", batch)
        writer.field("microbatches", microbatches)
        if let maximumRatio { writer.field("max_ratio", maximumRatio) }
        writer.endObject()
        guard let text = try? writer.finish() else { return nil }
        return try? JSONDocument(parsing: text)
    }
}
