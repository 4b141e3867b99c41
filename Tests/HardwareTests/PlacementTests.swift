import Hardware
import Sizing
import Testing
import Text

/// Experts over ranks that do not divide them or are more than they, dense layers of mixtures, and links that end at a domain.
@Suite("Placement: experts, dense layers, domains")
struct PlacementTests {
    let counts = DerivationCountsTests()

    /// One layer of 128 experts, ideal devices.
    func mixture(ranks: Int, balanced: Bool = true) throws -> DerivedHardware {
        let model = try ModelDescription(
            id: "m", name: "m", hidden: 4096, vocabulary: 1,
            layers: [
                .init(
                    attention: Attention(.groupedQuery(.init(queryHeads: 64, keyValueHeads: 4, keyDimension: 128))),
                    feedForward: .mixture(.init(experts: 128, active: 8, intermediate: 1536)))
            ])
        return try DerivedHardware(
            HardwareDescription(
                model: model, precision: PrecisionRequest(weights: .bf16),
                attention: .init(device: try counts.device(), efficiencies: try counts.ideal()),
                ffn: .init(
                    device: try counts.device(), expertParallel: ranks, efficiencies: try counts.ideal(),
                    isBalanced: balanced)))
    }

    func experts(_ hardware: DerivedHardware) throws -> LatencyTerm {
        try #require(
            hardware.terms(batchSize: 100_000, meanContext: 1, ratio: 1).ffn.first { $0.name == "experts" })
    }

    @Test("The fullest of 64 to 127 ranks holds two of 128 experts, and computes for two")
    func fullestRank() throws {
        let two = try experts(try mixture(ranks: 64))
        // 800,000 picks · 2/128, and the largest of the ranks' binomials, in 4 standard deviations at most.
        let expert = 3.0 * 4096 * 1536
        for ranks in [64, 72, 96, 127] {
            let term = try experts(try mixture(ranks: ranks))
            #expect(term.bytes == 2 * expert * 2 && term.bytes == two.bytes)
            let picks = term.operations / (2 * expert)
            #expect(picks > 12_500 && picks < 12_500 + 4 * 12_500.0.squareRoot(), "\(ranks): \(picks)")
        }
    }

    @Test("Ranks beyond the experts hold copies: the pace is that of the experts with the fewest")
    func redundantExperts() throws {
        let expert = 3.0 * 4096 * 1536
        let cases: [(ranks: Int, sharers: Double)] = [(128, 128), (160, 128), (256, 256), (300, 256), (384, 384)]
        for (ranks, sharers) in cases {
            let hardware = try mixture(ranks: ranks)
            let picks = try experts(hardware).operations / (2 * expert)
            let mean = 800_000 / sharers
            #expect(picks > mean && picks < mean + 4 * mean.squareRoot(), "\(ranks): \(picks)")
            #expect(hardware.assumptions.contains { $0.contains("redundant experts") } == (ranks > 128))
        }
    }

    @Test("Routing is imbalanced by default, told, and can be switched off or stated")
    func imbalance() throws {
        let even = try experts(try mixture(ranks: 8))
        let skewed = try mixture(ranks: 8, balanced: false)
        #expect(try experts(skewed).operations == even.operations)  // ideal() states 1
        var instance = skewed.description.ffn
        instance.efficiencies.expertImbalance = nil
        let usual = try DerivedHardware(
            HardwareDescription(
                model: skewed.description.model, precision: skewed.description.precisionRequest,
                attention: skewed.description.attention, ffn: instance))
        #expect(abs(try experts(usual).operations / even.operations - 1.45) < 1e-12)
        #expect(usual.assumptions.contains { $0.contains("1.45") && $0.contains("balanced") })
    }

    @Test("A dense layer of a mixture is read whole by each rank for its share of the tokens, and not reduced")
    func denseLayers() throws {
        let hardware = try counts.derived(
            "deepseek-v3", precision: PrecisionRequest(weights: .fp8), ffn: (ep: 8, tp: 1))
        let terms = hardware.terms(batchSize: 64, meanContext: 1, ratio: 4).ffn
        let dense = try #require(terms.first { $0.name == "dense_ffn" })
        #expect(dense.bytes == 3 * 3 * 7168 * 18_432)
        #expect(dense.operations == 2 * 3 * 3 * 7168 * 18_432 * 256 / 8)
        #expect(!terms.contains { $0.name.hasPrefix("all_reduce") })
        #expect(hardware.assumptions.contains { $0.contains("data-parallel on the FFN ranks") })
    }

    // MARK: Domains

    func device(_ id: String, domain: Int?, up: Double? = 100, out: Double? = 10) throws -> DeviceDescription {
        try DeviceDescription(
            id: id, name: id, memoryBandwidth: 1000, memoryCapacity: 1000, peaks: [.bf16: 1000], scaleUp: up,
            scaleUpDomain: domain, scaleOut: out)
    }

    func bundle(
        _ attention: DeviceDescription, _ ffn: DeviceDescription, link: HardwareDescription.Link = .init(kind: .scaleUp)
    ) throws -> DerivedHardware {
        let model = try mixture(ranks: 1).description.model
        return try DerivedHardware(
            HardwareDescription(
                model: model, precision: PrecisionRequest(weights: .bf16, dispatch: .bf16, combine: .bf16),
                attention: .init(device: attention, dataParallel: 2, efficiencies: try counts.ideal()),
                ffn: .init(device: ffn, expertParallel: 2, efficiencies: try counts.ideal()), link: link))
    }

    @Test("Eight devices: the FFN's two and three instances of two are within, the fourth is reached at scale-out")
    func domain() throws {
        let one = try device("one", domain: 8)
        let within = try bundle(one, one)
        let free = try bundle(try device("one", domain: nil), try device("one", domain: nil))
        let out = try bundle(one, one, link: .init(kind: .scaleOut))
        for batch in [16, 100] {
            let stages = try within.stages(batchSize: batch)
            func time(_ hardware: DerivedHardware, _ ratio: Double) throws -> Double {
                try hardware.stages(batchSize: batch).communicationTime(ratio: ratio, batchSize: batch)
            }
            for ratio in 1...3 {
                #expect(try abs(time(within, Double(ratio)) / time(free, Double(ratio)) - 1) < 1e-12)
            }
            // The one beyond sends all that it has over the slower link; beyond five instances the FFN's end binds.
            for ratio in 4...20 {
                let slow = try time(out, Double(max(1, ratio - 3)))
                let fast = try time(free, 3)
                #expect(abs(try time(within, Double(ratio)) / max(slow, fast) - 1) < 1e-9, "r = \(ratio)")
                let terms = within.terms(batchSize: batch, meanContext: 1, ratio: Double(ratio)).communication
                #expect(terms.contains { $0.name.hasPrefix("scale_out") })
            }
            // Never falls, and nowhere below the bound that the planner takes.
            let bound = try within.communicationInOneDomain(batchSize: batch)
            var last = 0.0
            for step in 0...200 {
                let load = Double(step) * Double(batch) / 20
                let value = stages.communication.latency(at: load)
                #expect(value >= last - 1e-12 && value >= bound.latency(at: load) - 1e-12)
                last = value
            }
        }
        // Half-full slots send half: the same as half as many full ones, the end of the domain included.
        for ratio in 1...20 {
            func time(_ batch: Int, _ occupancy: Double) throws -> Double {
                try within.stages(batchSize: batch, occupancy: occupancy)
                    .communicationTime(ratio: Double(ratio), requests: occupancy * Double(batch))
            }
            #expect(try abs(time(200, 0.5) / time(100, 1) - 1) < 1e-12)
        }
        #expect(
            within.assumptions.contains { $0.contains("domain of 8 devices") && $0.contains("3 Attention instances") })
        #expect(free.assumptions.contains { $0.contains("domain is not known") })
    }

    @Test("Unlike devices share no domain unless that is said")
    func unlikeDevices() throws {
        let (one, other) = (try device("one", domain: 64), try device("other", domain: 64))
        let apart = try bundle(one, other)
        #expect(apart.description.path.kind == .scaleOut && apart.description.path.bandwidth == 10)
        #expect(apart.assumptions.contains { $0.contains("shared_domain") })
        let joined = try bundle(one, other, link: .init(kind: .scaleUp, joinsUnlikeDevices: true))
        #expect(joined.description.path.kind == .scaleUp && joined.description.path.bandwidth == 100)
        #expect(throws: InvalidInput.self) { try bundle(one, try device("lone", domain: 64, out: nil)) }
        // A bandwidth that is given holds for everything.
        let given = try bundle(one, other, link: .init(kind: .scaleUp, bandwidth: 77))
        #expect(given.description.path.bandwidth == 77 && given.description.path.crossing == nil)
    }
}
