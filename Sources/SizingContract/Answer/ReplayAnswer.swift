import JSON
import Simulation
import SizingNumerics
import Text

/// The answer of `/v1/replay`.
public struct ReplayAnswer: Sendable {
    struct Side: Sendable {
        let outcome: ReplayOutcome
        let deviceHours: Double
        let cost: Double?
        let energy: Double?
        let isYardstick: Bool
    }

    let request: ReplayRequest
    let sides: [Side]
    let verdict: String
    let hash: SipHash128.Value

    init(_ outcomes: [ReplayOutcome], to request: ReplayRequest) {
        self.request = request
        sides = zip(outcomes, request.problem.contenders).map { outcome, contender in
            let totals = request.rates.totals(outcome)
            return Side(
                outcome: outcome, deviceHours: totals.devices, cost: totals.cost, energy: totals.energy,
                isYardstick: contender.isOracle)
        }
        verdict = ReplayVerdict.sentence(
            sides.map { ReplayVerdict.Side($0.outcome, hours: $0.deviceHours, isYardstick: $0.isYardstick) },
            hasLimits: !request.problem.limits.isEmpty)
        hash = request.hash
    }

    /// The first policy's result, then every policy's under `policies`.
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        if let first = sides.first { write(first, &writer) }
        writer.array("policies", sides) { writer, side in
            writer.beginObject()
            writer.field("name", side.outcome.name)
            write(side, &writer)
            writer.endObject()
        }
        writer.field("verdict", verdict)
        writer.field("replications", request.problem.replications)
        writer.field("seed", request.seed)
        writer.warnings(warnings)
        Provenance.write(
            hash: hash, seed: request.seed, assumptions: request.assumptions, derivation: request.derivation,
            into: &writer)
        writer.endObject()
    }

    private var warnings: [Warning] {
        var list = request.warnings
        for (index, side) in sides.enumerated() where side.outcome.rejected > 0 {
            list.append(
                Warning(
                    code: "rejected",
                    detail:
                        "\(side.outcome.name) rejected \(side.outcome.rejected) of \(side.outcome.arrived) requests: the "
                        + "queue was at its limit, or a request is longer than the cache of an Attention instance",
                    pointer: request.value["policies"] == nil ? "" : "/policies/\(index)"))
        }
        return list
    }

    private func write(_ side: Side, _ writer: inout JSONWriter) {
        let outcome = side.outcome
        let limits = request.problem.limits
        writer.field("requests", outcome.arrived)
        writer.field("completed", outcome.completed)
        writer.field("abandoned", outcome.abandoned)
        writer.field("rejected", outcome.rejected)
        writer.field("duration_s", outcome.duration)
        writer.field("tokens_per_second", outcome.throughput)
        writer.object("goodput") { writer in
            writer.field("requests_per_second", outcome.goodRate)
            writer.field("fraction", orNull: outcome.goodFraction?.value)
            writer.field("fraction_interval", orNull: outcome.goodFraction?.interval)
            writer.object("missed") { writer in
                if limits.timeToFirstToken != nil { writer.field("ttft", orNull: outcome.lateFirstToken) }
                if limits.timePerToken != nil { writer.field("tpot", orNull: outcome.slowTokens) }
                if limits.wait != nil { writer.field("wait", orNull: outcome.longWait) }
            }
        }
        Self.write(outcome.firstToken, "ttft_ms", &writer)
        Self.write(outcome.perToken, "tpot_ms", &writer)
        Self.write(outcome.endToEnd, "end_to_end_ms", &writer)
        Self.write(outcome.wait, "wait_ms", &writer)
        if outcome.prefill != nil { Self.write(outcome.prefillWait, "prefill_wait_ms", &writer) }
        writer.object("pools") { writer in
            if let prefill = outcome.prefill {
                Self.write(prefill, "prefill", queue: outcome.peakWaitingForPrefill, &writer)
            }
            Self.write(outcome.attention, "attention", queue: outcome.peakWaiting, &writer)
            Self.write(outcome.ffn, "ffn", queue: nil, &writer)
            if let link = outcome.transferUtilisation {
                writer.object("transfer") { writer in
                    writer.field("utilisation", link)
                    writer.field("idle", 1 - link)
                }
            }
        }
        writer.field("device_hours", side.deviceHours)
        writer.field("cost", orNull: side.cost)
        writer.field("energy_kwh", orNull: side.energy)
        writer.object("scaling") { writer in
            writer.field("events", outcome.scaleEvents)
            writer.field("reversals", outcome.reversals)
        }
        writer.array("series", outcome.series) { Self.write($1, hasPrefill: outcome.prefill != nil, &$0) }
    }

    private static func write(_ times: ReplayTimes?, _ name: StaticString, _ writer: inout JSONWriter) {
        guard let times else {
            writer.name(name)
            writer.null()
            return
        }
        writer.object(name) { writer in
            writer.field("mean", times.mean.value / 1000)
            writer.field(
                "mean_interval",
                orNull: times.mean.interval.map { ($0.lowerBound / 1000)...($0.upperBound / 1000) })
            writer.field("p50", times.p50 / 1000)
            writer.field("p90", times.p90 / 1000)
            writer.field("p95", times.p95 / 1000)
            writer.field("p99", times.p99 / 1000)
        }
    }

    private static func write(_ pool: ReplayPool, _ name: StaticString, queue: Int?, _ writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.field("utilisation", orNull: pool.utilisation)
            writer.field("idle", orNull: pool.utilisation.map { 1 - $0 })
            if let queue { writer.field("peak_queue", queue) }
            writer.object("instances") { writer in
                writer.field("mean", pool.mean)
                writer.field("min", pool.least)
                writer.field("max", pool.most)
            }
            writer.field("instance_hours", pool.hours)
        }
    }

    private static func write(_ point: ReplayPoint, hasPrefill: Bool, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("t_s", point.time)
        writer.field("arrivals", point.arrivals)
        writer.field("instances", point.attentionInstances + point.ffnInstances + point.prefillInstances)
        writer.field("attention_instances", point.attentionInstances)
        writer.field("ffn_instances", point.ffnInstances)
        if hasPrefill { writer.field("prefill_instances", point.prefillInstances) }
        writer.field("in_slots", point.inSlots)
        writer.field("waiting", point.waiting)
        if hasPrefill { writer.field("waiting_for_prefill", point.waitingForPrefill) }
        writer.field("ttft_p90_ms", orNull: point.firstToken90.map { $0 / 1000 })
        writer.field("tpot_p99_ms", orNull: point.perToken99.map { $0 / 1000 })
        writer.endObject()
    }
}
