import Hardware
import JSON
import Sizing
import Testing

/// Bytes and operations against counts worked out here from the configuration, with no use of the code under test.
@Suite("Derivations: bytes and operations by hand")
struct DerivationCountsTests {
    /// A device whose peaks make the arithmetic of a check easy: 1e12 bytes and 1e15 (bf16) operations a second.
    func device() throws -> DeviceDescription {
        try DeviceDescription(
            id: "test", name: "test", memoryBandwidth: 1000, memoryCapacity: 1000,
            peaks: [.bf16: 1000, .fp8: 2000, .int8: 2000], scaleUp: 100, scaleOut: 10)
    }

    /// Peaks reached, nothing fixed.
    func ideal() throws -> Efficiencies {
        var e = Efficiencies.defaults(for: .other)
        for field in Efficiencies.fields {
            try e.set(field.name, to: field.name.hasSuffix("_us") ? 0 : 1)
        }
        return e
    }

    func derived(
        _ model: String, precision: PrecisionRequest, attention: (dp: Int, tp: Int) = (1, 1),
        ffn: (ep: Int, tp: Int) = (1, 1),
        load: CommunicationLoad = .aggregateBatch
    ) throws -> DerivedHardware {
        try DerivedHardware(
            HardwareDescription(
                model: try Catalogue.embedded.model(model), precision: precision,
                attention: .init(
                    device: try device(), dataParallel: attention.dp, tensorParallel: attention.tp,
                    efficiencies: try ideal()),
                ffn: .init(
                    device: try device(), expertParallel: ffn.ep, tensorParallel: ffn.tp, efficiencies: try ideal()),
                link: .init(load: load)))
    }

    func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool { abs(a - b) <= tolerance * abs(b) }

    @Test("Dense: Llama 3.1 70B, bf16, batch 16 at 4,096 tokens")
    func dense() throws {
        let precision = PrecisionRequest(weights: .bf16, cache: .bf16, dispatch: .bf16, combine: .bf16)
        let hardware = try derived("llama-3.1-70b", precision: precision)
        let terms = hardware.terms(batchSize: 16, meanContext: 4096, ratio: 2)
        // KV: 80 layers × 2 × 8 heads × 128 × 2 bytes = 327,680 bytes a token; 64 query heads × 128 × 4 operations.
        let cache = try #require(terms.attention.first { $0.name == "kv_cache" })
        #expect(cache.bytes == 327_680 * 16 * 4096)
        #expect(cache.operations == 80 * 16 * 4096 * 4 * 64 * 128)
        // Projections: q and o 8192², k and v 8192 × 1024: 150,994,944 parameters a layer, two bytes each.
        let projections = try #require(terms.attention.first { $0.name == "projections" })
        #expect(projections.bytes == 80 * 150_994_944 * 2)
        #expect(projections.operations == 80 * 150_994_944 * 2 * 16)
        // FFN: 3 × 8192 × 28,672 = 704,643,072 parameters a layer, 32 requests.
        let ffn = try #require(terms.ffn.first { $0.name == "dense_ffn" })
        #expect(ffn.bytes == 80 * 704_643_072 * 2)
        #expect(ffn.operations == 80 * 704_643_072 * 2 * 32)
        // Curves: α = 327,680 bytes at 1e6 bytes a microsecond; t_F = weights read (112,743 µs) at 32 requests,
        // arithmetic from 1e15 operations a second beyond 1,000.
        let stages = try hardware.stages(batchSize: 16)
        #expect(near(try #require(stages.attention.line).alpha, 0.32768))
        #expect(near(stages.ffn.latency(at: 32), 80 * 704_643_072 * 2 / 1e6, 1e-6))
        #expect(near(stages.ffn.latency(at: 10_000), 80 * 704_643_072 * 2 * 10_000 / 1e9, 1e-3))
        // Communication: 8,192 × (2 + 2) bytes a token and layer over 10 GB/s; the FFN's end carries 32 requests.
        #expect(near(stages.communication.latency(at: 32), 80 * 8192 * 4 * 32 / 1e4, 1e-9))
    }

    @Test("Grouped-query mixture: Qwen3-235B, FP8 weights, experts over four devices")
    func groupedMixture() throws {
        let hardware = try derived(
            "qwen3-235b-a22b", precision: PrecisionRequest(weights: .fp8), attention: (4, 1), ffn: (4, 1))
        let terms = hardware.terms(batchSize: 400, meanContext: 8192, ratio: 1)
        // 94 × 2 × 4 × 128 × 2 = 192,512 bytes a token, 100 requests a rank.
        let cache = try #require(terms.attention.first { $0.name == "kv_cache" })
        #expect(cache.bytes == 192_512 * 100 * 8192)
        // q, o: 4096 × 8192; k, v: 4096 × 512.
        let projections = try #require(terms.attention.first { $0.name == "projections" })
        #expect(projections.bytes == 94 * (2 * 4096 * 8192 + 2 * 4096 * 512))
        // 32 experts a rank of 3 × 4096 × 1536; 400 tokens miss an expert with probability (15/16)^400 = 6e-12.
        let experts = try #require(terms.ffn.first { $0.name == "experts" })
        #expect(near(experts.bytes, 94 * 32 * 18_874_368, 1e-9))
        // 400 × 8 picks, 800 a rank in the mean; the busiest of four has 800 + 1.0294 × √(800 × 3/4) of them.
        let busiest = 800 + 1.029375 * (600.0).squareRoot()
        #expect(near(experts.operations, 94 * 2 * busiest * 18_874_368, 1e-5))
        // A token misses a rank's 32 experts with probability Π (96 − i)/(128 − i), i < 8.
        var missed = 1.0
        for i in 0..<8 { missed *= Double(96 - i) / Double(128 - i) }
        let copies = 4 * (1 - missed)
        let link = try #require(terms.communication.first { $0.name.hasSuffix("link") })
        #expect(near(link.microseconds, 94 * copies * 4096 * 3 * 100 / 1e4, 1e-9))
    }

    @Test("Few tokens hit few experts: one token reads k of E")
    func distinctExperts() throws {
        let hardware = try derived("qwen3-235b-a22b", precision: PrecisionRequest(weights: .fp8))
        let one = try #require(
            hardware.terms(batchSize: 1, meanContext: 1, ratio: 1).ffn.first { $0.name == "experts" })
        #expect(near(one.bytes, 94 * 8 * 18_874_368, 1e-9))
        let mixture = FeedForward.Mixture(experts: 128, active: 8, intermediate: 1536)
        // Against a sum over the tokens: each new one adds k(1 − hit/E).
        var hit = 0.0
        for tokens in 1...300 {
            hit += 8 * (1 - hit / 128)
            #expect(near(mixture.distinctExperts(tokens: Double(tokens)), hit, 1e-10))
        }
    }

    @Test("Latent mixture: DeepSeek-V3")
    func latentMixture() throws {
        let hardware = try derived(
            "deepseek-v3", precision: PrecisionRequest(weights: .fp8), attention: (1, 2), ffn: (8, 1))
        let terms = hardware.terms(batchSize: 64, meanContext: 4096, ratio: 4)
        // Each tensor-parallel rank reads the whole latent: 61 × 576 × 2 bytes; and computes half of 128 heads.
        let cache = try #require(terms.attention.first { $0.name == "kv_cache" })
        #expect(cache.bytes == 61 * 576 * 2 * 64 * 4096)
        #expect(cache.operations == 61 * 64 * 4096 * 64 * 2 * (512 + 64 + 512))
        // q: 7168 × 1536 + 1536 × 128 × 192; kv down 7168 × 576; up 512 × 128 × 256; o 128 × 128 × 7168.
        let layer = 7168 * 1536 + 1536 * 24_576 + 7168 * 576 + 512 * 32_768 + 16_384 * 7168
        let projections = try #require(terms.attention.first { $0.name == "projections" })
        #expect(projections.bytes == 61 * Double(layer) / 2)
        // 32 experts a rank and an eighth of the shared one, 256 tokens; the dense layers whole.
        let experts = try #require(terms.ffn.first { $0.name == "experts" })
        let expert = 3.0 * 7168 * 2048
        var missed = 1.0
        for _ in 0..<256 { missed *= 1 - 8.0 / 256 }
        let read: Double = 58 * expert * 32 * (1 - missed)
        #expect(near(experts.bytes, read, 1e-9))
        let shared = try #require(terms.ffn.first { $0.name == "shared_experts" })
        #expect(near(shared.bytes, 58 * expert / 8, 1e-12))
        let dense = try #require(terms.ffn.first { $0.name == "dense_ffn" })
        #expect(near(dense.bytes, Double(3 * 3 * 7168 * 18_432), 1e-12))
    }

    @Test("Sliding window: gpt-oss-120b reads 128 tokens in half of its layers")
    func slidingWindow() throws {
        let hardware = try derived("gpt-oss-120b", precision: PrecisionRequest(weights: .fp8))
        let perToken = 2.0 * 8 * 64 * 2
        // Context, and tokens read in all 36 layers.
        let cases: [(Double, Double)] = [(100, 3600), (128, 4608), (4096, 76_032)]
        for (context, read) in cases {
            let cache = try #require(
                hardware.terms(batchSize: 10, meanContext: context, ratio: 1).attention.first { $0.name == "kv_cache" })
            #expect(near(cache.bytes, 10 * read * perToken, 1e-12))
            let stages = try hardware.stages(batchSize: 10)
            let fixed = stages.attention.latency(at: 0)
            #expect(near(stages.attention.latency(at: 10 * context) - fixed, 10 * read * perToken / 1e6, 1e-9))
        }
        // Kept: the window in half of the layers.
        let budget = try MemoryBudget(
            hardware.description, slotLoad: try SlotLoad(mean: 4096, standardDeviation: 0))
        #expect(budget.cache(requests: 10) == 760_320 * perToken)
    }

    @Test("Factorised attention: Step-3 has one key and value head of 256 and low-rank queries")
    func factorised() throws {
        let hardware = try derived("step-3", precision: PrecisionRequest(weights: .fp8))
        let terms = hardware.terms(batchSize: 8, meanContext: 1024, ratio: 1)
        let cache = try #require(terms.attention.first { $0.name == "kv_cache" })
        #expect(cache.bytes == Double(61 * 512 * 2 * 8 * 1024))
        #expect(cache.operations == Double(61 * 4 * 64 * 256 * 8 * 1024))
        let projections = try #require(terms.attention.first { $0.name == "projections" })
        let layer = 7168 * 2048 + 2048 * 16_384 + 2 * 7168 * 256 + 16_384 * 7168
        #expect(projections.bytes == Double(61 * layer))
    }

    @Test("Compression scales the cache and the link, speculation the queries and not the cache's bytes")
    func options() throws {
        var precision = PrecisionRequest(weights: .fp8)
        precision.cache = try ElementFormat(bytes: 0.25)
        precision.dispatch = try ElementFormat(bytes: 0.5)
        precision.combine = try ElementFormat(bytes: 0.5)
        let small = try derived("qwen3-235b-a22b", precision: precision)
        let plain = try derived("qwen3-235b-a22b", precision: PrecisionRequest(weights: .fp8))
        func term(_ name: String, _ terms: [LatencyTerm]) throws -> LatencyTerm {
            try #require(terms.first { $0.name == name })
        }
        let one = small.terms(batchSize: 8, meanContext: 1000, ratio: 2)
        let two = plain.terms(batchSize: 8, meanContext: 1000, ratio: 2)
        #expect(near(try term("kv_cache", one.attention).bytes * 8, try term("kv_cache", two.attention).bytes))
        #expect(near(try term("ffn_link", one.communication).bytes * 3, try term("ffn_link", two.communication).bytes))
        let old = plain.description
        let speculating = try DerivedHardware(
            HardwareDescription(
                model: old.model, precision: old.precisionRequest, attention: old.attention, ffn: old.ffn,
                link: old.link,
                speculation: try SpeculativeDecoding(draftTokens: 3, accepted: 2)))
        let three = speculating.terms(batchSize: 8, meanContext: 1000, ratio: 2)
        #expect(try term("kv_cache", three.attention).bytes == term("kv_cache", two.attention).bytes)
        #expect(try term("kv_cache", three.attention).operations == 4 * term("kv_cache", two.attention).operations)
        #expect(try term("experts", three.ffn).operations == 4 * term("experts", two.ffn).operations)
        #expect(
            near(try term("ffn_link", three.communication).bytes, 4 * (try term("ffn_link", two.communication).bytes)))
    }
}
