import Sizing
import TestSupport
import Testing

@testable import Planning

/// What one more of a limit brings is what the plan with one more of it brings.
@Suite("Shadow prices of plans for arrivals") struct OpenShadowPriceTests {
    /// The question with one more of a limit; nil for a limit that it has not.
    private static func loosened(
        _ question: RandomOpenProblem, _ limit: OpenShadowPrice.Limit
    ) -> RandomOpenProblem? {
        var looser = question
        switch limit {
        case .ttft: looser.service.ttft?.time *= 1.1
        case .tpot: looser.service.tpot?.time *= 1.1
        case .wait: looser.service.wait?.time *= 1.1
        case .batchSize: looser.limits.maximumBatch += 1
        case .devices:
            guard case .total(let devices) = question.target else { return nil }
            looser.target = .total(devices: devices + 1)
        default:
            guard case .each(let attention, let ffn, let prefill) = question.target else { return nil }
            looser.target = .each(
                attention: attention + (limit == .attentionDevices ? 1 : 0),
                ffn: ffn + (limit == .ffnDevices ? 1 : 0),
                prefill: prefill.map { $0 + (limit == .prefillDevices ? 1 : 0) })
        }
        return looser
    }

    @Test("at a rate: the weight and the devices that the looser plan does without", arguments: 0..<16)
    func lightest(seed: UInt64) throws {
        let question = try RandomOpenProblem(seed: seed)
        guard let plan = try question.plan() else { return }
        #expect(Set([.ttft, .tpot, .wait]).isSubset(of: plan.shadowPrices.map(\.limit)))
        for price in plan.shadowPrices {
            let saving = try #require(price.saving)
            let looser = try #require(try Self.loosened(question, price.limit)?.plan())
            #expect(relativeError(plan.weight * (1 - saving.weight), looser.weight) < 1e-12, "\(price)")
            #expect(Double(saving.devices) == (plan.weight - looser.weight).rounded(), "\(price)")
            #expect(price.gain >= 0)
        }
        let gains = plan.shadowPrices.map(\.gain)
        #expect(gains == gains.sorted(by: >))
    }

    @Test("on a budget: what the devices of one more instance bear", arguments: 0..<8)
    func budget(seed: UInt64) throws {
        for target in [OpenTarget.total(devices: 9), .each(attention: 5, ffn: 2, prefill: 3)] {
            var question = try RandomOpenProblem(seed: seed)
            question.target = target
            guard let plan = try question.plan() else { continue }
            let devices = plan.shadowPrices.filter { $0.limit.unit == OpenShadowPrice.Limit.devices.unit }
            #expect(devices.count == (target == .total(devices: 9) ? 1 : 3))
            for price in devices {
                #expect(price.saving == nil)
                let more = try #require(try Self.loosened(question, price.limit)?.plan())
                let gain = more.arrivals.requestsPerSecond / plan.arrivals.requestsPerSecond - 1
                #expect(abs(price.gain - max(0, gain)) < 2e-3, "\(price) \(gain)")
            }
        }
    }
}
