import Hardware
import JSON
import Planning
import Sizing
import SizingNumerics
import Text

/// A sizing by the names of model and devices: what is left out is chosen. The input of a ``SizeByNameOperation``.
public struct NamedSizing: Sendable {
    /// Model, devices and the degrees of parallelism that are fixed.
    public var description: OpenDescription
    /// Tokens: the fixed prefill, and the mean of a geometric decode.
    public var prefill: Double
    public var decode: Double
    /// nil where the largest useful batch is to be chosen.
    public var batchSize: Int?
    /// nil for `defaultMicrobatches`.
    public var microbatches: Int?
    public var maximumRatio: Int?
    /// Milliseconds: a bound on the time per output token, which the batch is chosen under.
    public var tpot: Double?
    /// What the answer holds beside the recommendation.
    public var include: Set<SizeRequest.Part>

    static let defaultMicrobatches = 2

    public init(
        _ description: OpenDescription, prefill: Double, decode: Double, batchSize: Int? = nil,
        microbatches: Int? = nil, maximumRatio: Int? = nil, tpot: Double? = nil,
        include: Set<SizeRequest.Part> = []
    ) {
        self.description = description
        self.prefill = prefill
        self.decode = decode
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.maximumRatio = maximumRatio
        self.tpot = tpot
        self.include = include
    }

    /// What is asked with everything chosen.
    struct Closed {
        let description: HardwareDescription
        let hardware: DerivedHardware
        let problem: SizingProblem
        /// What was chosen for the caller, as short sentences.
        let chosen: [String]
    }

    /// The sizing with everything chosen.
    func request(_ context: OperationContext) throws(ProblemDocument) -> SizeRequest {
        let closed = try closed(context)
        return SizeRequest(
            problem: closed.problem, include: include, hasCost: false, hasMaximumRatio: maximumRatio != nil,
            assumptions: [
                "decode lengths are geometric with the given mean", "prefill and decode lengths are independent",
            ],
            derivedHardware: closed.hardware, chosen: closed.chosen, hash: SipHash128.hash(text(closed)))
    }

    /// Chooses what is left out.
    func closed(_ context: OperationContext) throws(ProblemDocument) -> Closed {
        let microbatches = microbatches ?? Self.defaultMicrobatches
        let workload = try Self.checked(
            "prefill",
            try Workload(.independent(prefill: try .fixed(prefill), decode: try .geometric(mean: decode))))
        let closed = try Self.checked(
            "model", try description.closed(slotLoad: workload.slotLoad, microbatches: microbatches))
        let hardware = try Self.checked("model", try DerivedHardware(closed))
        let batch: Int
        if let batchSize {
            batch = batchSize
        } else {
            batch = try largestBatch(hardware, workload, microbatches, context)
        }
        let problem: SizingProblem
        do throws(InvalidInput) {
            let stages = try hardware.stages(batchSize: batch)
            problem = try SizingProblem(
                workload: workload, stages: stages, batchSize: batch, microbatches: microbatches,
                maximumRatio: maximumRatio ?? SizingProblem.defaultMaximumRatio)
        } catch {
            throw ProblemDocument(error, at: "/hardware")
        }
        return Closed(
            description: closed, hardware: hardware, problem: problem, chosen: chosen(closed, batch: batch))
    }

    /// The batch of the best plan under memory and the bound on the time per output token.
    private func largestBatch(
        _ hardware: DerivedHardware, _ workload: Workload, _ microbatches: Int, _ context: OperationContext
    ) throws(ProblemDocument) -> Int {
        let problem = try Self.checked(
            "model",
            try PlanProblem(
                pairs: [try InstancePair(hardware, slotLoad: workload.slotLoad)],
                limits: try PlanLimits(
                    tpot: tpot.map { $0 * 1000 }, maximumRatio: maximumRatio ?? PlanLimits.defaultMaximumRatio,
                    microbatches: [microbatches])))
        do throws(PlanError) {
            return try problem.bestBundle(stop: context.isCancelled).batchSize
        } catch {
            try context.check()
            guard case .infeasible(let infeasibility) = error else { throw .stopped }
            throw ProblemDocument(
                .unprocessableContent, "No deployment meets the limits.",
                errors: infeasibility.conflicts.map { FieldError(path: $0.field, detail: $0.detail) })
        }
    }

    /// What was chosen for the caller, as short sentences.
    private func chosen(_ closed: HardwareDescription, batch: Int) -> [String] {
        var list: [String] = []
        if batchSize == nil { list.append("batch_size \(batch) chosen") }
        if microbatches == nil { list.append("microbatches \(Self.defaultMicrobatches) chosen") }
        if description.tensorParallel == nil {
            list.append("tensor_parallel \(closed.attention.tensorParallel) chosen")
        }
        if description.expertParallel == nil { list.append("expert_parallel \(closed.ffn.expertParallel) chosen") }
        return list
    }

    /// The canonical text of the `POST` that asks the same (see `JSONValue.canonicalText()`): members by their names.
    ///
    /// - Parameters:
    ///   - closed: what is asked.
    ///   - ratios: those to be simulated; nil for a sizing.
    func text(_ closed: Closed, ratios: [Int]? = nil) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.field("batch_size", closed.problem.batchSize)
        writer.object("hardware") { closed.description.writeNames(into: &$0) }
        if !include.isEmpty {
            writer.array("include", include.map(\.rawValue).sorted()) { $0.value($1) }
        }
        if let maximumRatio, ratios == nil { writer.field("max_ratio", maximumRatio) }
        writer.field("microbatches", microbatches ?? Self.defaultMicrobatches)
        if let ratios { writer.array("ratios", ratios) { $0.value($1) } }
        writer.object("workload") { writer in
            writer.field("decode", decode)
            writer.field("prefill", prefill)
        }
        writer.endObject()
        // Lengths were checked to be finite.
        return (try? writer.finish()) ?? []
    }

    /// What the model says of a value is said of the parameter `name`.
    private static func checked<T>(
        _ name: String, _ make: @autoclosure () throws(InvalidInput) -> T
    ) throws(ProblemDocument) -> T {
        do throws(InvalidInput) { return try make() } catch { throw .parameter(name, error.rule) }
    }
}

extension HardwareDescription {
    /// The members of a request's `hardware` by name, in the order of their names.
    func writeNames(into writer: inout JSONWriter) {
        writer.object("attention") { writer in
            writer.field("data_parallel", attention.dataParallel)
            writer.field("device", attention.device.id)
            writer.field("tensor_parallel", attention.tensorParallel)
        }
        writer.object("communication") { $0.field("link", link.kind.rawValue) }
        writer.object("ffn") { writer in
            writer.field("device", ffn.device.id)
            writer.field("expert_parallel", ffn.expertParallel)
        }
        writer.field("model", model.id)
    }
}

extension ProblemDocument {
    /// 422 for one parameter of a query.
    public static func parameter(_ name: String, _ rule: String) -> ProblemDocument {
        ProblemDocument(
            .unprocessableContent, "One parameter breaks the schema or the model.",
            errors: [FieldError(pointer: "/" + name, detail: rule)])
    }
}
