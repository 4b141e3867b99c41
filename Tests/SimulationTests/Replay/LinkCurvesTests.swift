import Sizing
import Testing

@testable import Simulation

@Suite("Curves of the link") struct LinkCurvesTests {
    @Test(
        "the curve is that of the least batch that holds the requests; the last one holds beyond",
        arguments: [(0.0, 1.0), (7.5, 1), (8, 1), (8.1, 2), (20, 2), (20.5, 3), (900, 3)])
    func batches(requests: Double, expected: Double) throws {
        let curves = try LinkCurves(
            [(8, 1), (20, 2), (50, 3)].map {
                (batch: $0.0, model: LatencyModel(try LatencyLine(alpha: 0, beta: $0.1)))
            })
        #expect(curves.latency(at: 4, requests: requests) == expected)
    }

    @Test("one curve for all")
    func one() throws {
        let model = LatencyModel(try LatencyLine(alpha: 2, beta: 5))
        #expect(LinkCurves(model).latency(at: 4, requests: 1) == 13)
        #expect(LinkCurves([(8, model), (20, model)]).latency(at: 4, requests: 19) == 13)
    }
}
