import Testing

@testable import Simulation
@testable import Sizing

/// Prefill instances and a bundle behind them, by the theory and replayed.
@Suite("Theory of open deployments against the replay") struct OpenDeploymentReplayTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        /// E[D]; geometric.
        var decode: Double
        /// Of the bundle's capacity.
        var share: Double
        var instances = 4
        var microbatches: Int?

        var testDescription: String {
            "D \(decode), x \(instances), m \(microbatches.map(String.init) ?? "–"), \(share)"
        }
    }

    /// E[k], TPOT and wait of requests with steps in the bundle, and the time from arrival to end of all; means, microseconds.
    struct Figures {
        var occupancy: Double
        var meanTPOT: Double
        var meanWait: Double
        var endToEnd: Double
    }

    static func theory(
        _ cell: Cell, _ workload: Workload, _ prefill: PrefillTime
    ) throws -> (service: DeploymentService, rate: Double) {
        let load = try OpenLoad(workload, firstToken: .prefill)
        let stages = try Cases.stages(alpha: 0.00165)
        let bundle = try #require(
            SolvedBundle(
                OpenBundle(
                    attentionInstances: cell.instances, batchSize: 32, microbatches: cell.microbatches, load: load
                ) { _ in stages }))
        let rate = cell.share * bundle.capacity
        let deployment = OpenDeployment(
            bundle: bundle, prefill: PrefillPool(prefill, lengths: load.lengths), prefillInstances: 1)
        return (try #require(deployment.service(Arrivals(requestsPerSecond: rate))), rate)
    }

    static func replayed(
        _ cell: Cell, _ workload: Workload, _ prefill: PrefillTime, rate: Double, count: Int
    ) throws -> Figures {
        let deployment = ReplayDeployment(
            shape: try ReplayBundleShape(
                stages: Cases.stages(alpha: 0.00165), attentionInstances: cell.instances, batchSize: 32,
                microbatches: cell.microbatches),
            bundles: 1, prefillInstances: 1, service: ReplayService(prefill, transfer: nil))
        let course = try PoissonReplay(deployment, workload: workload, rate: rate, seed: 11, count: count)
        let (requests, done, time) = (course.requests, course.done, course.time)
        let decoded = done.filter { requests[$0.number].decode > 1 }
        let decoding = decoded.reduce(0) { $0 + $1.end - $1.began }
        let steps = decoded.reduce(0.0) { $0 + Double(requests[$1.number].decode - 1) }
        return Figures(
            occupancy: decoding / time, meanTPOT: decoding / steps,
            meanWait: decoded.reduce(0) { $0 + $1.began - $1.ready } / Double(decoded.count),
            endToEnd: done.reduce(0) { $0 + $1.end - $1.arrival } / Double(done.count))
    }

    @Test(
        "bundles decode the tokens that prefill does not make, and an idle one begins at once",
        arguments: [
            Cell(decode: 2, share: 0.5), Cell(decode: 5, share: 0.5), Cell(decode: 20, share: 0.6),
            Cell(decode: 20, share: 0.01), Cell(decode: 60, share: 0.03, instances: 1),
            Cell(decode: 60, share: 0.02, microbatches: 2), Cell(decode: 60, share: 0.7, microbatches: 2),
        ])
    func cell(cell: Cell) throws {
        let workload = try Workload(.independent(prefill: .fixed(40), decode: .geometric(mean: cell.decode)))
        let prefill = try PrefillTime(perToken: 0, perPass: 1)
        let (theory, rate) = try Self.theory(cell, workload, prefill)
        let replay = try Self.replayed(cell, workload, prefill, rate: rate, count: 60_000)
        func error(_ value: Double, _ measured: Double) -> Double { value / measured - 1 }
        let endToEnd = try #require(theory.endToEnd).mean
        // Of these courses 1 to 2 % fewer requests came than were asked for.
        #expect(abs(error(theory.bundle.occupancy, replay.occupancy)) < 0.02)
        #expect(abs(error(theory.bundle.meanTPOT, replay.meanTPOT)) < 0.005)
        #expect(abs(error(theory.bundle.meanWait, replay.meanWait)) < 0.04)
        #expect(abs(error(endToEnd, replay.endToEnd)) < 0.025)
    }
}
