import Sizing
import TestSupport
import Testing

@testable import Hardware

@Suite("Prefill from names")
struct PrefillDerivationTests {
    private static func derivation(
        _ model: String, _ device: String, tensor: Int
    ) throws -> PrefillDerivation {
        let model = try Catalogue.embedded.model(model)
        return PrefillDerivation(
            model: model, precision: PrecisionRequest().resolved(for: model.published),
            instance: try PrefillInstance(device: Catalogue.embedded.device(device), tensorParallel: tensor))
    }

    @Test("a long prompt takes two operations a parameter at the stated efficiencies, and more for attention")
    func operations() throws {
        let derivation = try Self.derivation("deepseek-v3", "h200-sxm", tensor: 8)
        try derivation.check()
        let time = try derivation.time()
        let model = derivation.model
        // All parameters but the head, on eight devices at their fp8 peak: a bound from below.
        let active = model.activeParameters - model.headParameters - model.otherParameters
        let ideal = 2 * active / (derivation.instance.device.peak(.fp8) * 1e6 * 8)
        #expect(time.perToken > ideal / 0.6 && time.perToken < ideal / 0.15, "\(time.perToken) \(ideal)")
        // 128 heads of 192 and 128 a pair, two operations each, in 61 layers.
        let pair =
            61 * 2.0 * 128 * 320
            / (derivation.instance.device.peak(.bf16) * 1e6 * derivation.instance.efficiencies.latent.wide.compute * 8)
        #expect(relativeError(time.perPair, pair) < 1e-9)
        #expect(time.weightTime > 10_000 && time.weightTime < 40_000, "\(time.weightTime)")
        #expect(time.time(tokens: 16_384) < 2e6 && time.time(tokens: 16_384) > 1e5)
    }

    @Test("twice the devices take half the arithmetic and hold half the weights each")
    func degrees() throws {
        let four = try Self.derivation("qwen3-235b-a22b", "h200-sxm", tensor: 4)
        let eight = try Self.derivation("qwen3-235b-a22b", "h200-sxm", tensor: 8)
        #expect(relativeError(four.weightBytes, 2 * eight.weightBytes) < 1e-12)
        #expect(try relativeError(four.time().perPair, 2 * eight.time().perPair) < 1e-12)
        #expect(try eight.time().perToken < four.time().perToken)
    }

    @Test(
        "a device that does not hold the weights is refused with both numbers, and a degree that does not divide the heads"
    )
    func refused() throws {
        #expect(throws: (any Error).self) { try Self.derivation("deepseek-v3", "h200-sxm", tensor: 2).check() }
        #expect(throws: (any Error).self) { try Self.derivation("qwen3-235b-a22b", "h200-sxm", tensor: 7).check() }
    }

    @Test("the bytes of a cache are what the model keeps", arguments: ["deepseek-v3", "qwen3-235b-a22b"])
    func cache(name: String) throws {
        let model = try Catalogue.embedded.model(name)
        let bytes = try model.cacheBytes(format: .bf16)
        for tokens in [1.0, 100, 127, 128, 4096, 100_000] {
            let kept = model.cacheBytesKept(context: tokens, format: .bf16) + model.stateBytes()
            #expect(relativeError(bytes.bytes(tokens: tokens), kept) < 1e-9)
        }
    }

    @Test("and so with windows: every model of the catalogue that has them")
    func windows() throws {
        var seen = 0
        for id in Catalogue.embedded.models.map(\.id) {
            let model = try Catalogue.embedded.model(id)
            guard model.attending.contains(where: { !$0.attention.span.bends.isEmpty }) else { continue }
            seen += 1
            let bytes = try model.cacheBytes(format: .bf16)
            for tokens in [1.0, 100, 600, 3000, 9000, 100_000] {
                let kept = model.cacheBytesKept(context: tokens, format: .bf16) + model.stateBytes()
                #expect(relativeError(bytes.bytes(tokens: tokens), kept) < 1e-6, "\(model.id) \(tokens)")
            }
        }
        #expect(seen > 0)
    }
}
