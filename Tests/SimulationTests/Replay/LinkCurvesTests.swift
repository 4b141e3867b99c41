import Sizing
import Testing

@testable import Simulation

@Suite("Curves of the link") struct LinkCurvesTests {
    private static func stages(link alpha: Double, _ beta: Double) throws -> StageLatencies {
        let line = LatencyModel(try LatencyLine(alpha: 1, beta: 1))
        return StageLatencies(
            attention: line, ffn: line, communication: LatencyModel(try LatencyLine(alpha: alpha, beta: beta)))
    }

    @Test(
        "the curve is that of the least batch that holds the requests; the last one holds beyond",
        arguments: [(0.0, 1.0), (7.5, 1), (8, 1), (8.1, 2), (20, 2), (20.5, 3), (900, 3)])
    func batches(requests: Double, expected: Double) throws {
        let curves = LinkCurves(
            try [(8, 1), (20, 2), (50, 3)].map { (batch: $0.0, stages: try Self.stages(link: 0, $0.1)) })
        #expect(curves.time(ratio: 4, requests: requests) == expected)
    }

    @Test("one curve for all gives what the stages give, in each direction too")
    func one() throws {
        let stages = try Self.stages(link: 2, 5)
        for curves in [LinkCurves(stages), LinkCurves([(8, stages), (20, stages)])] {
            #expect(curves.time(ratio: 4, requests: 19) == stages.communicationTime(ratio: 4, requests: 19))
            #expect(curves.directions(ratio: 4, requests: 19) == stages.linkTimes(ratio: 4, requests: 19))
        }
    }
}
