import SizingNumerics
import Synchronization
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Courses that share their requests")
struct ReplayCoursesTests {
    /// Counts what is drawn from it.
    private final class Drawn: Sendable {
        let count = Atomic<Int>(0)
    }

    private struct Counted: ReplaySource, Sendable {
        var requests: [ReplayRequest]
        let drawn: Drawn
        var position = 0

        mutating func next() -> ReplayRequest? {
            guard position < requests.count else { return nil }
            defer { position += 1 }
            drawn.count.add(1, ordering: .relaxed)
            return requests[position]
        }
    }

    private static let blockLength = 64

    private func requests(_ count: Int) -> [ReplayRequest] {
        var generator = StreamKey(seed: 3).generator
        var time = 0.0
        return (0..<count).map { _ in
            time += 2e-3 * generator.unit()
            return ReplayRequest(arrival: time, prefill: generator.below(200), decode: 1 + generator.below(20))
        }
    }

    private func deployment(bundles: Int) throws -> ReplayDeployment {
        let shape = try ReplayBundleShape(stages: Cases.stages(alpha: 0.02), attentionInstances: 2, batchSize: 4)
        return ReplayDeployment(shape: shape, bundles: bundles)
    }

    private static func engine<Source: ReplaySource>(
        _ deployment: ReplayDeployment, _ source: Source
    ) -> ReplayEngine<Source> {
        ReplayEngine(
            deployment, source: source, policy: StaticPolicy(), bounds: PoolBounds(prefill: 0...0, decode: 1...9),
            limits: ReplayLimits(), seriesWidth: 1, key: StreamKey(seed: 1))
    }

    private func course(bundles: Int) throws -> ReplayCourse {
        let deployment = try deployment(bundles: bundles)
        return ReplayCourse { () throws(SimulationError) in Self.engine(deployment, ReplayFeed()) }
    }

    @Test(
        "in blocks it comes to what it comes to in one piece, and each block is drawn once for a group",
        arguments: [0, 1, 63, 64, 65, 1000], [1, 2, 5])
    func blocks(count: Int, threads: Int) throws {
        let requests = requests(count)
        let drawn = Drawn()
        let groups = [
            ReplayCourses.Group(source: Counted(requests: requests, drawn: drawn), courses: [0, 2, 3]),
            ReplayCourses.Group(source: Counted(requests: requests, drawn: drawn), courses: [1]),
        ]
        let courses = try (1...4).map { try course(bundles: $0) }
        let runs = try ReplayCourses(courses, groups, threads: threads, blockLength: Self.blockLength)
            .run(threads: threads, SimulationControl())
        #expect(drawn.count.load(ordering: .relaxed) == 2 * count)
        for (index, run) in runs.enumerated() {
            var whole = Self.engine(
                try deployment(bundles: index + 1), Counted(requests: requests, drawn: Drawn()))
            let expected = try whole.run(SimulationControl())
            #expect(run.measures.completed == count)
            #expect(run.duration == expected.duration && run.events == expected.events)
            #expect(run.measures.endToEnd.sum == expected.measures.endToEnd.sum)
        }
    }

    @Test("a course that fails ends the others, and says why", arguments: [1, 2])
    func failure(threads: Int) throws {
        let source = Counted(requests: requests(5000), drawn: Drawn())
        let courses = [
            try course(bundles: 1),
            ReplayCourse { () throws(SimulationError) in throw .invalid(field: "policies", rule: "fails") },
        ]
        let all = ReplayCourses(
            courses, [.init(source: source, courses: [0, 1])], threads: threads,
            blockLength: Self.blockLength)
        #expect(throws: SimulationError.invalid(field: "policies", rule: "fails")) {
            try all.run(threads: threads, SimulationControl())
        }
        #expect(source.drawn.count.load(ordering: .relaxed) <= Self.blockLength * ReplayCourses.mostBlocks)
    }

    @Test("a long source is never far ahead of the course that is last to begin", arguments: [1, 2])
    func lead(threads: Int) throws {
        let drawn = Drawn()
        let source = Counted(requests: requests(5000), drawn: drawn)
        let farthest = Atomic<Int>(0)
        // How much was drawn when a course was given its first block.
        let courses = try (1...3).map { bundles in
            let deployment = try deployment(bundles: bundles)
            return ReplayCourse { () throws(SimulationError) in
                farthest.max(drawn.count.load(ordering: .relaxed), ordering: .relaxed)
                return Self.engine(deployment, ReplayFeed())
            }
        }
        _ = try ReplayCourses(
            courses, [.init(source: source, courses: [0, 1, 2])], threads: threads, blockLength: Self.blockLength
        ).run(threads: threads, SimulationControl())
        #expect(farthest.load(ordering: .relaxed) <= ReplayCourses.mostBlocks * Self.blockLength)
    }
}
