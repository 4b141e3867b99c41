import Sizing
import Testing

@testable import Simulation

@Suite("What a bundle's steps take") struct StepTimesTests {
    private static func curve(_ scale: Double) throws -> LatencyModel {
        try LatencyModel(through: [
            (load: 0, latency: scale), (load: 40, latency: 3 * scale), (load: 90, latency: 4 * scale),
            (load: 300, latency: 9 * scale),
        ])
    }

    @Test(
        "workers that come, go and grow have the lines of their curves, and reach the ends of their pieces when they say so"
    )
    func workers() throws {
        let curves = AttentionCurves(upTo: 2, try Self.curve(10), [(batch: 4, model: try Self.curve(12))])
        var generator = StreamKey(seed: 4).generator
        for count in 1...9 {
            var workers = WorkerLoads(curves)
            workers.append(count)
            var plain = [(requests: Int, tokens: Int)](repeating: (0, 0), count: count)
            var lines = StretchLines()
            for _ in 0..<200 {
                let worker = generator.below(count)
                if plain[worker].requests > 0, generator.below(2) == 0 {
                    // The last one takes all that is left with it.
                    let taken =
                        plain[worker].requests == 1 ? plain[worker].tokens : generator.below(plain[worker].tokens + 1)
                    plain[worker].requests -= 1
                    plain[worker].tokens -= taken
                    workers.add(requests: -1, tokens: -Double(taken), to: worker)
                } else {
                    let tokens = generator.below(60)
                    plain[worker].requests += 1
                    plain[worker].tokens += tokens
                    workers.add(requests: 1, tokens: Double(tokens), to: worker)
                }
                let fewest = plain.map(\.requests).min()
                #expect(workers.least() == plain.firstIndex { $0.requests == fewest })

                let most = workers.renew()
                let found = plain.indices.filter { plain[$0].requests > 0 }.map { worker in
                    curves.piece(at: Double(plain[worker].tokens), requests: plain[worker].requests)
                }
                for (worker, piece) in zip(plain.indices.filter { plain[$0].requests > 0 }, found) {
                    let line = workers.line(of: worker)
                    #expect(line.value == piece.value)
                    #expect(line.slope == piece.piece.slope * Double(plain[worker].requests))
                    let left = piece.piece.end - Double(plain[worker].tokens)
                    #expect(most <= (left / Double(plain[worker].requests)).rounded(.up))
                }
                #expect(most >= 1)
                let sums = workers.setLines(&lines)
                let total = found.reduce(0) { $0 + $1.value }
                #expect(abs(sums.value - total) <= 1e-12 * total)
                lines.floor = 0
                #expect(lines.first == found.map(\.value).max() ?? 0)

                let steps = generator.below(Int(min(most, 20)) + 1)
                workers.advance(Double(steps))
                for worker in plain.indices { plain[worker].tokens += steps * plain[worker].requests }
            }
        }
    }

    @Test("FFN and link are those of the stages, whatever else was asked for before")
    func shared() throws {
        let stages = StageLatencies(
            attention: try Self.curve(1), ffn: try Self.curve(5), communication: try Self.curve(2),
            communicationLoad: .aggregateBatch)
        let shape = try ReplayBundleShape(stages: stages, attentionInstances: 4, ffnInstances: 2, batchSize: 4096)
        var shared = SharedTimes(shape)
        var generator = StreamKey(seed: 7).generator
        for _ in 0..<2000 {
            // Some of them share a place.
            let requests = 1 + generator.below(3) + 1024 * generator.below(3)
            let instances = 1 + generator.below(3)
            let (ratio, each) = (Double(instances) / 2, Double(requests) / Double(instances))
            let times = shared.times(requests: requests, instances: instances)
            #expect(times.ffn == stages.ffnTime(ratio: ratio, requests: each))
            #expect(times.communication == stages.communicationTime(ratio: ratio, requests: each))
            #expect((times.out, times.back) == stages.linkTimes(ratio: ratio, requests: each))
        }
    }
}
