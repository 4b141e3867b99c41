import Testing

@testable import Simulation
@testable import Sizing

@Suite("Processes of arrivals")
struct ReplayProcessTests {
    private func arrivals(_ rate: RateProfile, variation: Double = 1, duration: Double) throws -> [Double] {
        let workload = try Workload(.independent(prefill: .fixed(10), decode: .fixed(5)))
        var source = try ReplayProcess(
            rate: rate, variation: variation, duration: duration, workload: workload
        ).source(StreamKey(seed: 11))
        var times: [Double] = []
        while let request = source.next() { times.append(request.arrival) }
        return times
    }

    @Test("gaps have the mean and the variation asked for", arguments: [0.0, 0.5, 1, 2, 3.5])
    func gaps(variation: Double) throws {
        let times = try arrivals(RateProfile(constant: 50), variation: variation, duration: 400)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let count = Double(gaps.count)
        let mean = gaps.reduce(0, +) / count
        let deviation = (gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        #expect(abs(mean * 50 - 1) < 0.01 + 4 * variation / count.squareRoot())
        #expect(abs(deviation / mean - variation) < 0.01 + 0.06 * variation)
        #expect(times == times.sorted())
    }

    @Test("a sinusoid brings what its rate says in each quarter of a period")
    func sinusoid() throws {
        let profile = try RateProfile(sinusoid: 1, 24, period: 900)
        let times = try arrivals(profile, duration: 9000)
        // Σ of the rate over a quarter: mean · P/4 ± amplitude · P/2π.
        for quarter in 0..<4 {
            let expected = 10 * (12.5 * 225 + (quarter < 2 ? 1 : -1) * 11.5 * 900 / (2 * 3.141592653589793))
            let found = times.count { Int($0 / 225) % 4 == quarter }
            #expect(abs(Double(found) - expected) < 5 * expected.squareRoot(), "quarter \(quarter)")
        }
        #expect(abs(profile.expected(until: 9000) - 112_500) < 1e-6)
        #expect(abs(profile.expected(until: 225) - (12.5 * 225 + 11.5 * 900 / 6.283185307179586)) < 0.1)
    }

    @Test("steps hold from their time on; nothing comes at a rate of 0")
    func steps() throws {
        let profile = try RateProfile(steps: [(0, 10), (10, 0), (20, 100)])
        let times = try arrivals(profile, duration: 30)
        #expect(!times.contains { 10...20 ~= $0 })
        #expect(abs(Double(times.count { $0 < 10 }) - 100) < 50)
        #expect(abs(Double(times.count { $0 > 20 }) - 1000) < 160)
        #expect(profile.expected(until: 25) == 600)
    }
}
