import Testing

@testable import Simulation

/// The published algorithm (kubernetes.io, "Horizontal Pod Autoscaling", and pkg/controller/podautoscaler of Kubernetes 1.33).
@Suite("Target tracking as the HPA does it")
struct TargetPolicyTests {
    private typealias Follower = TargetPolicy.Follower

    private func rule(
        up: [TargetPolicy.Rule.Limit] = [], down: [TargetPolicy.Rule.Limit] = [], upWindow: Double = 0,
        downWindow: Double = 0
    ) -> TargetPolicy.Rule {
        var rule = TargetPolicy.Rule()
        rule.up = up
        rule.down = down
        rule.stabilisationUp = upWindow
        rule.stabilisationDown = downWindow
        return rule
    }

    @Test(
        "desired = ceil(current · metric / target), within the tolerance unchanged; pods that start count as idle upwards",
        arguments: [
            // usage, target, current, unready, desired
            (200.0, 100.0, 3, 0, 6), (50, 100, 4, 0, 2), (109, 100, 10, 0, 10), (110, 100, 10, 0, 10),
            (111, 100, 10, 0, 12),
            (91, 100, 10, 0, 10), (89, 100, 10, 0, 9), (150, 100, 3, 0, 5), (0, 100, 7, 0, 0),
            // 5 ready at twice the target and 5 starting: 10 at the target.
            (200, 100, 10, 5, 10), (300, 100, 10, 5, 15), (120, 100, 10, 5, 10),
            // Downwards those that start are not counted: 5 ready at half.
            (50, 100, 10, 5, 3), (100, 100, 10, 5, 10),
        ])
    func recommendation(usage: Double, target: Double, current: Int, unready: Int, desired: Int) {
        let follower = Follower(rule(), 1...1000)
        #expect(follower.recommended(usage: usage, target: target, current: current, unready: unready) == desired)
    }

    @Test(
        "of a total each replica is to take its part",
        arguments: [(40.0, 10.0, 2, 4), (40, 10, 4, 4), (43, 10, 4, 4), (45, 10, 4, 5), (0, 10, 4, 0)])
    func total(total: Double, target: Double, current: Int, desired: Int) {
        #expect(Follower(rule(), 1...1000).recommended(total: total, target: target, current: current) == desired)
    }

    /// Of kubernetes.io: 80 replicas, 10 wanted; 10 % or 4 pods a minute, whichever is more.
    @Test("the documentation's example of scaling down by percent, then by pods")
    func documented() {
        var follower = Follower(rule(down: [.init(.pods, 4, period: 60), .init(.percent, 10, period: 60)]), 1...1000)
        var replicas = 80
        var seen: [Int] = []
        for minute in 0..<14 {
            replicas = follower.replicas(10, current: replicas, at: Double(minute) * 60)
            seen.append(replicas)
        }
        #expect(seen == [72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10])
    }

    @Test("a period's limit counts what was changed within it")
    func period() {
        var follower = Follower(rule(up: [.init(.pods, 4, period: 60)]), 1...1000)
        #expect(follower.replicas(100, current: 10, at: 0) == 14)
        #expect(follower.replicas(100, current: 14, at: 30) == 14)
        #expect(follower.replicas(100, current: 14, at: 60) == 18)
    }

    @Test("defaults: 4 pods or 100 % in 15 s up, all at once down after 300 s")
    func defaults() {
        var follower = Follower(TargetPolicy.Rule(), 1...1000)
        #expect(follower.replicas(100, current: 2, at: 15) == 6)
        #expect(follower.replicas(100, current: 6, at: 30) == 12)
        // The highest recommendation of the last 300 s holds.
        #expect(follower.replicas(3, current: 12, at: 45) == 12)
        #expect(follower.replicas(3, current: 12, at: 315) == 12)
        #expect(follower.replicas(3, current: 12, at: 331) == 3)
    }

    @Test("upwards the least recommendation of the window holds")
    func stabilisationUp() {
        var follower = Follower(rule(upWindow: 60), 1...1000)
        #expect(follower.replicas(5, current: 4, at: 0) == 5)
        #expect(follower.replicas(9, current: 5, at: 15) == 5)
        #expect(follower.replicas(9, current: 5, at: 61) == 9)
    }

    @Test("the bounds hold whatever is recommended")
    func bounds() {
        var follower = Follower(rule(), 2...5)
        #expect(follower.replicas(100, current: 3, at: 0) == 5)
        #expect(follower.replicas(0, current: 5, at: 15) == 2)
    }
}
