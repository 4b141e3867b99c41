import Testing

@testable import Simulation
@testable import Sizing

/// A few cells of the grid of docs/accuracy.md (`script/accuracy open`), with short answers so that they are quick.
@Suite("Theory of open bundles against the replay") struct OpenTheoryTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        var decode: String
        var instances: Int
        var batchSize: Int
        var microbatches: Int?
        var share: Double
        /// Of Attention, microseconds a token.
        var alpha = 0.02

        var testDescription: String {
            "\(decode), x \(instances), B \(batchSize), m \(microbatches.map(String.init) ?? "–"), \(share)"
        }

        var workload: Workload {
            get throws {
                let length: LengthDistribution =
                    switch decode {
                    case "lognormal 0.4": try .lognormal(mean: 60, standardDeviation: 24)
                    case "lognormal 2": try .lognormal(mean: 60, standardDeviation: 120)
                    default: try .geometric(mean: 60)
                    }
                return try Workload(.independent(prefill: .fixed(40), decode: length))
            }
        }
    }

    static let cells = [
        Cell(decode: "geometric", instances: 1, batchSize: 24, share: 0.8),
        Cell(decode: "geometric", instances: 4, batchSize: 16, share: 0.5),
        Cell(decode: "geometric", instances: 4, batchSize: 16, share: 0.9),
        Cell(decode: "geometric", instances: 4, batchSize: 16, microbatches: 2, share: 0.8),
        Cell(decode: "geometric", instances: 4, batchSize: 16, microbatches: 3, share: 0.6),
        Cell(decode: "lognormal 0.4", instances: 8, batchSize: 12, share: 0.8),
        Cell(decode: "lognormal 0.4", instances: 2, batchSize: 24, microbatches: 2, share: 0.9),
    ]

    static func solved(_ cell: Cell) throws -> SolvedBundle {
        let stages = try Cases.stages(alpha: cell.alpha)
        let bundle = try OpenBundle(
            attentionInstances: cell.instances, batchSize: cell.batchSize, microbatches: cell.microbatches,
            load: OpenLoad(cell.workload)
        ) { _ in stages }
        return try #require(SolvedBundle(bundle))
    }

    @Test("occupancy, mean TPOT and the slowest hundredth are the replayed ones", arguments: cells)
    func cell(_ cell: Cell) throws {
        let (service, replayed) = try Self.compared(cell, seed: 3)
        #expect(service.isTrustworthy)
        let occupancy = service.occupancy / replayed.occupancy - 1
        #expect(abs(occupancy) < 0.02, "\(occupancy)")
        #expect(abs(service.meanTPOT / replayed.meanTPOT - 1 - occupancy) < 1e-9)
        let slowest = service.tpot(percentile: 0.99) / replayed.slowestTPOT - 1
        #expect(abs(slowest) < 0.03, "\(slowest)")
    }

    /// Requests come whole: the fullest instance holds more than its even part, which counts where one request is much of a step.
    @Test(
        "where a request is much of a step, the answer does not call itself trustworthy",
        arguments: [
            Cell(decode: "geometric", instances: 3, batchSize: 32, microbatches: 2, share: 0.9, alpha: 0.2),
            Cell(decode: "geometric", instances: 4, batchSize: 16, microbatches: 1, share: 0.7, alpha: 0.3),
            Cell(decode: "geometric", instances: 8, batchSize: 16, share: 0.7, alpha: 0.3),
        ])
    func wholeRequests(cell: Cell) throws {
        let (theory, replayed) = try Self.compared(cell, seed: 5)
        #expect(theory.occupancy / replayed.occupancy < 0.985, "\(theory.occupancy), \(replayed.occupancy)")
        #expect(!theory.isTrustworthy)
    }

    /// What a replay measured.
    private struct Replayed {
        /// E[k], requests.
        var occupancy: Double
        /// Microseconds: over all tokens, and of the slowest hundredth of the requests.
        var meanTPOT: Double
        var slowestTPOT: Double
    }

    /// The theory at the work that came, and the replay.
    private static func compared(
        _ cell: Cell, seed: UInt64, count: Int = 30_000
    ) throws -> (theory: BundleService, replayed: Replayed) {
        let solved = try solved(cell)
        let deployment = ReplayDeployment(
            shape: try ReplayBundleShape(
                stages: Cases.stages(alpha: cell.alpha), attentionInstances: cell.instances, batchSize: cell.batchSize,
                microbatches: cell.microbatches), bundles: 1)
        let course = try PoissonReplay(
            deployment, workload: cell.workload, rate: cell.share * solved.capacity, seed: seed, count: count)
        let (requests, done, time) = (course.requests, course.done, course.time)
        let steps = done.reduce(0.0) { $0 + Double(requests[$1.number].decode) }
        let decoding = done.reduce(0) { $0 + $1.end - $1.began }
        let paces = done.map { ($0.end - $0.began) / Double(requests[$0.number].decode) }.sorted()
        let work = try Arrivals(requestsPerSecond: steps / time / solved.bundle.load.lengths.meanDecode * 1e6)
        return (
            try #require(solved.service(work)),
            Replayed(
                occupancy: decoding / time, meanTPOT: decoding / steps, slowestTPOT: paces[paces.count * 99 / 100])
        )
    }

    @Test("beyond what was found right an answer does not call itself trustworthy")
    func trust() throws {
        func isTrusted(_ decode: String, _ microbatches: Int?, _ share: Double) throws -> Bool {
            let solved = try Self.solved(
                Cell(decode: decode, instances: 4, batchSize: 24, microbatches: microbatches, share: share))
            return try #require(solved.service(Arrivals(requestsPerSecond: share * solved.capacity))).isTrustworthy
        }
        #expect(try isTrusted("geometric", nil, 0.95))
        #expect(try !isTrusted("geometric", nil, 0.96))
        #expect(try isTrusted("geometric", 3, 0.7))
        #expect(try !isTrusted("geometric", 3, 0.75))
        #expect(try !isTrusted("lognormal 2", nil, 0.8))
    }
}
