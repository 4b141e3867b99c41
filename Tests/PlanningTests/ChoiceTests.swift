import Hardware
import Sizing
import Testing

@testable import Planning

@Suite("Choosing among devices, parallel degrees and depths")
struct ChoiceTests {
    private func pairs(_ choices: HardwareChoices, _ load: SlotLoad) throws -> [InstancePair] {
        try choices.derived().hardware.map { try InstancePair($0, slotLoad: load) }
    }

    @Test("Devices and degrees given as lists: the same as trying everything", arguments: [Objective.devices, .energy])
    func exhaustive(objective: Objective) throws {
        let devices = try ["h20", "h800"].map { try Catalogue.embedded.device($0) }
        let choices = HardwareChoices(
            model: try Catalogue.embedded.model("qwen3-235b-a22b"),
            attention: devices.flatMap { device in [1, 2].map { .init(device: device, tensorParallel: $0) } },
            ffn: devices.flatMap { device in [8, 16].map { .init(device: device, expertParallel: $0) } })
        let pairs = try pairs(choices, try SlotLoad(mean: 3000, standardDeviation: 2000))
        #expect(pairs.count == 16)
        let limits = try PlanLimits(tpot: 60_000, maximumBatch: 24, maximumRatio: 16, microbatches: [1, 2])
        let problem = try PlanProblem(pairs: pairs, limits: limits, objective: objective)
        let found = try #require(BundleSearch(problem).best())
        let reference = try #require(Cases.exhaustive(problem).max { $1.isBetter(than: $0) })
        #expect(abs(found.score / reference.score - 1) < 1e-9, "\(found) \(reference)")
        #expect(found.pair == reference.pair)
    }

    @Test(
        "Scale-up domains that end within the bundle: the same as trying everything",
        arguments: [Objective.devices, .energy])
    func domains(objective: Objective) throws {
        // Slow scale-out links: the step in t_C at the domain's end decides.
        func device(_ domain: Int) throws -> DeviceDescription {
            try DeviceDescription(
                id: "domain \(domain)", name: "", memoryBandwidth: 4000, memoryCapacity: 96,
                peaks: [.bf16: 400, .fp8: 800], power: 500, scaleUp: 400, scaleUpDomain: domain, scaleOut: 5,
                family: .hopper)
        }
        let devices = [try device(8), try device(16), try device(24)]
        let model = try Catalogue.embedded.model("qwen3-235b-a22b")
        var all: [InstancePair] = []
        for device in devices {
            let choices = HardwareChoices(
                model: model, attention: [1, 2].map { .init(device: device, dataParallel: $0) },
                ffn: [.init(device: device, expertParallel: 8)], link: .init(kind: .scaleUp))
            all += try pairs(choices, try SlotLoad(mean: 3000, standardDeviation: 2000))
        }
        for maximumFFN in [1, 2] {
            let limits = try PlanLimits(
                tpot: 90_000, maximumBatch: 24, maximumRatio: 20, maximumFFNInstances: maximumFFN,
                microbatches: [nil, 2])
            let problem = try PlanProblem(pairs: all, limits: limits, objective: objective)
            let found = try #require(BundleSearch(problem).best())
            let reference = try #require(Cases.exhaustive(problem).max { $1.isBetter(than: $0) })
            #expect(abs(found.score / reference.score - 1) < 1e-9, "\(found) \(reference)")
        }
    }

    @Test("The depth of speculation is an answer: the best of all of them, and not always the same")
    func depth() throws {
        let h800 = try Catalogue.embedded.device("h800")
        let acceptance = try AcceptanceByPosition(probabilities: [0.8, 0.55, 0.35, 0.2], draftTimePerToken: 150)
        var best: Set<Int> = []
        for (tpot, bandwidth) in [(15_000.0, 400.0), (25_000, 50), (100_000, 400), (100_000, 10)] {
            let choices = HardwareChoices(
                model: try Catalogue.embedded.model("deepseek-v3"), attention: [.init(device: h800, dataParallel: 8)],
                ffn: [.init(device: h800, expertParallel: 32)], link: .init(bandwidth: bandwidth),
                speculation: try acceptance.depths())
            let pairs = try pairs(choices, try SlotLoad(mean: 4000, standardDeviation: 3000))
            let limits = try PlanLimits(tpot: tpot, maximumBatch: 1024, maximumRatio: 32, microbatches: [2])
            let problem = try PlanProblem(pairs: pairs, limits: limits, objective: .devices)
            guard let found = BundleSearch(problem).best() else { continue }
            for index in pairs.indices {
                let alone = BundleSearch(problem.with(pairs: [pairs[index]])).best()
                #expect((alone?.score ?? 0) <= found.score * (1 + 1e-9))
                if index == found.pair { #expect(abs((alone?.score ?? 0) / found.score - 1) < 1e-9) }
            }
            best.insert(found.pair)
        }
        #expect(best.count > 1, "\(best)")
    }

    @Test("A sizing takes the depth with the most tokens, and no other depth is better at any ratio")
    func depthOfSizing() throws {
        let h800 = try Catalogue.embedded.device("h800")
        let workload = try Workload(.independent(prefill: .fixed(3000), decode: .geometric(mean: 400)))
        func sizing(_ probabilities: [Double], _ perToken: Double) throws -> DepthSizing {
            try DepthSizing(
                HardwareChoices(
                    model: try Catalogue.embedded.model("deepseek-v3"),
                    attention: [.init(device: h800, dataParallel: 8)], ffn: [.init(device: h800, expertParallel: 32)],
                    speculation: try AcceptanceByPosition(
                        probabilities: probabilities, draftTimePerToken: perToken
                    ).depths()), workload: workload, batchSize: 256, microbatches: 2, maximumRatio: 32)
        }
        let sizing1 = try sizing([0.8, 0.6, 0.4], 100)
        let chosen = try #require(sizing1.best())
        for depth in sizing1.depths {
            for point in depth.problem.curve(ratios: 1...32) {
                #expect(
                    point.throughputPerInstance
                        <= chosen.answer.recommendation.throughputPerInstance * (1 + 1e-12))
            }
        }
        // Draft tokens that are never accepted, or that take seconds, are not worth drafting.
        #expect(try sizing([0, 0], 0).best()?.depth.draftTokens == 0)
        #expect(try sizing([0.9, 0.8], 1e7).best()?.depth.draftTokens == 0)
        // Free drafts that are always accepted are.
        let most = try #require(try sizing([1, 1, 1], 0).best())
        #expect(most.depth.draftTokens == 3)
        // The plan's slot load and the sizing's are the same: θ − (s − 1)/2.
        let load = try #require(most.depth.hardware.description.speculation).slotLoad(workload.slotLoad)
        #expect(abs(most.depth.problem.parameters.meanLoad / (256 * load.mean) - 1) < 1e-12)
        #expect(
            abs(most.answer.recommendation.tpot / (2 * most.answer.recommendation.cycle.duration / 4) - 1) < 1e-12)
    }

    @Test("A search that has used up its boxes says so, and gives what it found")
    func bounded() throws {
        let problem = try Cases.problem(3)
        let budget = SearchBudget(limit: 3)
        _ = BundleSearch(problem, budget).best()
        #expect(budget.isExhausted && budget.boxes == 3)
        #expect(try problem.solve { false }.isProven)
    }
}
