import Hardware
import JSON
import Planning
import Sizing
import Text

/// The answer of `/v1/plan` to a question about arrivals.
public struct OpenPlanAnswer: Sendable {
    private let request: PlanRequest
    private let open: OpenPlanning
    private let problem: OpenPlanProblem
    private let plan: OpenPlan
    private let derivation: [String]
    private let service: ServiceAnswer
    private let figures: Figures
    private let advice: OpenAdvice?
    private let lines: StageLines?
    private let terms: HardwareAnswer.Terms?

    /// What the whole deployment takes.
    private struct Figures {
        var attentionDevices = 0
        var ffnDevices = 0
        var prefillDevices = 0
        var costPerHour: Double?
        var watts: Double?
        var memory: MemoryUse?
        /// Tokens a second.
        var throughput = 0.0
    }

    init(
        _ plan: OpenPlan, of problem: OpenPlanProblem, to request: PlanRequest, _ open: OpenPlanning,
        derivation: [String]
    ) {
        self.request = request
        self.open = open
        self.problem = problem
        self.plan = plan
        self.derivation = derivation
        figures = Self.figures(plan, problem)
        service = ServiceAnswer(
            plan.service, largestRate: plan.largestRate, bound: plan.bound,
            doubt: figures.memory?.tokenCapacity.flatMap { Self.wholeContexts(plan, problem, capacity: $0) })
        let point = plan.bundles
        let pair = problem.pairs[point.pair]
        advice = request.current.map {
            problem.advice(
                current: .init(
                    attentionInstances: $0.attentionInstances, ffnInstances: $0.ffnInstances,
                    prefillInstances: open.currentPrefill ?? 0, batchSize: $0.batchSize),
                plan: plan, threshold: request.hysteresis)
        }
        lines = pair.stagesIfAny(batchSize: point.batchSize)?.lines(
            batchSize: point.batchSize, meanContext: pair.slotLoad.mean, ratio: point.ratio)
        if lines != nil, case .derived(let hardware) = pair.latencies {
            terms = hardware.terms(batchSize: point.batchSize, meanContext: pair.slotLoad.mean, ratio: point.ratio)
        } else {
            terms = nil
        }
    }

    private static func figures(_ plan: OpenPlan, _ problem: OpenPlanProblem) -> Figures {
        let point = plan.bundles
        let pair = problem.pairs[point.pair]
        var figures = Figures()
        func devices(_ instances: Int, _ kind: InstancePair.Kind) -> Int {
            guard let node = problem.limits.devicesPerNode else { return instances * kind.devices }
            return (instances * kind.devices + node - 1) / node * node
        }
        let (x, y) = (point.bundles * point.attentionInstances, point.bundles * point.ffnInstances)
        figures.attentionDevices = devices(x, pair.attention)
        figures.ffnDevices = devices(y, pair.ffn)
        var counted = [(figures.attentionDevices, pair.attention), (figures.ffnDevices, pair.ffn)]
        if let choice = plan.prefill {
            let kind = problem.prefill[choice.kind].kind
            figures.prefillDevices = choice.instances * kind.devices
            counted.append((figures.prefillDevices, kind))
        }
        func total(_ rate: (InstancePair.Kind) -> Double?) -> Double? {
            var sum = 0.0
            for (devices, kind) in counted {
                guard let rate = rate(kind) else { return nil }
                sum += rate * Double(devices) / Double(kind.devices)
            }
            return sum
        }
        figures.costPerHour = total { $0.price }
        figures.watts = total { $0.power }
        figures.memory = pair.memory?.use(batchSize: point.batchSize, microbatches: point.microbatches ?? 1)
        figures.throughput = plan.arrivals.requestsPerSecond * problem.load.lengths.meanDecode
        return figures
    }

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.object("deployment") { writeDeployment(into: &$0) }
        writer.object("service") { writer in
            writer.field("requests_per_second", plan.arrivals.requestsPerSecond)
            service.write(into: &writer)
        }
        writer.array("alternatives", plan.alternatives) { writer, point in
            writer.beginObject()
            shape(point, &writer)
            writer.field("largest_arrival_rate", point.largestRate)
            writer.field("regret", plan.regret(of: point, onBudget: problem.target != .lightest))
            writer.endObject()
        }
        writer.array("pareto", plan.pareto) { writer, entry in
            writer.beginObject()
            shape(entry.point, &writer)
            writer.field("weight", entry.point.weight)
            Self.tpot(entry.tpot, &writer)
            writer.endObject()
        }
        writer.array("shadow_prices", plan.shadowPrices) { writer, price in
            writer.beginObject()
            writer.field("limit", price.limit.rawValue)
            writer.field("one_more", price.limit.unit)
            writer.field("gain", price.gain)
            if let saving = price.saving {
                writer.field("weight_saved", saving.weight)
                writer.field("devices_saved", saving.devices)
            }
            writer.endObject()
        }
        if let advice { writer.object("advice") { Self.write(advice, &$0) } }
        if let colocated = plan.colocated {
            writer.object("colocated") { writer in
                Self.write(colocated, &writer)
                if let mixed = plan.mixed { writer.object("mixed") { Self.write(mixed, &$0) } }
                if let lightest = plan.lightest { writer.field("lightest", lightest.rawValue) }
            }
        }
        if let choice = plan.prefill { writer.object("prefill") { Self.write(problem.prefill[choice.kind], &$0) } }
        if let lines { HardwareAnswer.write(lines, into: &writer) }
        if let terms { HardwareAnswer.write(terms, into: &writer) }
        var assumptions = request.assumptions
        if !plan.isProven {
            assumptions.append("the search stopped at its bound of work; a better plan may exist")
        }
        writer.warnings(
            request.warnings + service.warnings + (plan.colocated == nil ? [.colocationNotCompared] : []))
        Provenance.write(hash: request.hash, assumptions: assumptions, derivation: derivation, into: &writer)
        writer.endObject()
    }

    /// What stands against taking the plan for one of an engine that reserves whole contexts; nil where they fit.
    private static func wholeContexts(_ plan: OpenPlan, _ problem: OpenPlanProblem, capacity: Double) -> Warning? {
        let decoded = plan.arrivals.requestsPerSecond * problem.load.decodedShare
        let present = decoded * plan.service.bundle.decodeTime / 1e6
        return .wholeContexts(
            present / Double(plan.bundles.bundles * plan.bundles.attentionInstances), of: problem.load.lengths,
            capacity: capacity)
    }

    private func writeDeployment(into writer: inout JSONWriter) {
        shape(plan.bundles, &writer)
        writer.field("attention_devices", figures.attentionDevices)
        writer.field("ffn_devices", figures.ffnDevices)
        if let choice = plan.prefill {
            writer.field("prefill_instances", choice.instances)
            writer.field("prefill_devices", figures.prefillDevices)
            if let device = problem.prefill[choice.kind].kind.device { writer.field("prefill_device", device) }
        }
        writer.field("devices", figures.attentionDevices + figures.ffnDevices + figures.prefillDevices)
        writer.field("routing", problem.routing.rawValue)
        writer.field("throughput", figures.throughput)
        let bundle = plan.service.bundle
        writer.field("utilisation", bundle.utilisation)
        writer.object("idle") { writer in
            writer.field("attention", 1 - bundle.busy.attention)
            writer.field("ffn", 1 - bundle.busy.ffn)
            writer.field("communication", 1 - bundle.busy.communication)
        }
        Self.tpot(bundle, &writer)
        if let cost = figures.costPerHour {
            writer.field("cost_per_hour", cost)
            writer.field("cost_per_million_tokens", cost / 3600 / figures.throughput * 1e6)
        }
        if let watts = figures.watts { writer.field("energy_per_token_j", watts / figures.throughput) }
        if let memory = figures.memory { HardwareAnswer.write(memory, into: &writer) }
        writer.name("binding")
        if let bound = plan.bound { writer.value(bound.rawValue) } else { writer.null() }
    }

    private func shape(_ point: OpenPoint, _ writer: inout JSONWriter) {
        point.writeShape(problem.pairs[point.pair], request, into: &writer)
    }

    private static func tpot(_ service: BundleService, _ writer: inout JSONWriter) {
        writer.object("tpot_ms") { writer in
            writer.field("mean", service.meanTPOT / 1000)
            writer.field("p99", service.tpot(.p99) / 1000)
        }
    }

    private static func write(_ kind: PrefillKind, _ writer: inout JSONWriter) {
        writer.field("alpha_us", kind.time.perToken)
        writer.field("beta_us", kind.time.perPass)
        writer.field("gamma_us", kind.time.perPair)
        writer.field("weights_us", kind.time.weightTime)
    }

    private static func write(_ advice: OpenAdvice, _ writer: inout JSONWriter) {
        writer.field("action", advice.action.rawValue)
        writer.field("reason", advice.reason.rawValue)
        writer.field("explanation", advice.sentence)
        writer.field("gain", orNull: advice.gain)
        writer.field("largest_arrival_rate", orNull: advice.largestRate)
    }

    private static func write(_ colocated: OpenColocation, _ writer: inout JSONWriter) {
        writer.field("verdict", colocated.verdict.rawValue)
        if let instances = colocated.instances { writer.field("instances", instances) }
        if let batch = colocated.batchSize { writer.field("batch_size", batch) }
        if let tpot = colocated.tpot { writer.object("tpot_ms") { $0.field("mean", tpot / 1000) } }
        if let gain = colocated.gain { writer.field("gain", gain) }
    }

    private static func write(_ mixed: MixedColocation, _ writer: inout JSONWriter) {
        writer.field("verdict", mixed.verdict.rawValue)
        if let instances = mixed.instances { writer.field("instances", instances) }
        if let batch = mixed.batchSize { writer.field("batch_size", batch) }
        if let chunk = mixed.chunkTokens { writer.field("chunk_tokens", chunk) }
        if let service = mixed.service {
            writer.object("ttft_ms") { writer in
                writer.field("mean", service.ttft.mean / 1000)
                for (name, p) in ServiceAnswer.percentiles { writer.field(name, service.ttft.percentile(p) / 1000) }
            }
            writer.object("tpot_ms") { writer in
                writer.field("mean", service.meanTPOT / 1000)
                writer.field("p99", service.tpot(percentile: 0.99) / 1000)
            }
            writer.object("utilisation") { writer in
                writer.field("prompts", service.promptUtilisation)
                writer.field("steps_with_chunk", service.chunkShare)
                writer.field("chunk_time", service.addedShare)
            }
        }
        if let gain = mixed.gain { writer.field("gain", gain) }
        if let service = mixed.service { writer.field("trustworthy", service.isTrustworthy) }
    }
}
