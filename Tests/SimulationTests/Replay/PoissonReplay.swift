@testable import Simulation
@testable import Sizing

/// Poisson arrivals through a deployment, without those of the first tenth and the last twentieth.
struct PoissonReplay {
    let requests: [ReplayRequest]
    let done: [ReplayCompletion]
    /// From the first arrival that counts to the last, microseconds.
    let time: Double

    init(
        _ deployment: ReplayDeployment, workload: Workload, rate: Double, seed: UInt64, count: Int
    ) throws {
        var source = try ReplayProcess(
            rate: RateProfile(constant: rate), duration: 1e8, workload: workload
        ).source(StreamKey(seed: seed))
        let requests = (0..<count).compactMap { _ in source.next() }
        self.requests = requests
        done = try deployment.completions(
            of: ReplayColumns(
                arrival: requests.map(\.arrival), prefill: requests.map { Int32($0.prefill) },
                decode: requests.map { Int32($0.decode) })
        ).filter { count / 10..<count * 19 / 20 ~= $0.number }
        time = (requests[count * 19 / 20].arrival - requests[count / 10].arrival) * 1e6
    }
}
