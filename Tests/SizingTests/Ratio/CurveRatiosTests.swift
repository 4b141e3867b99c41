import Testing

@testable import Sizing

@Suite struct CurveRatiosTests {
    @Test(arguments: [(nil, 3, 16), (nil, 20, 40), (1, 1, 1), (512, 7, 512)] as [(Int?, Int, Int)])
    func allRatiosWhereTheyAreFew(maximum: Int?, best: Int, last: Int) {
        #expect(SizingProblem.curveRatios(upTo: maximum, including: best) == Array(1...last))
    }

    @Test(arguments: [513, 1_000, 1_024, 9_999, 10_000], [1, 2, 511, 777, 5_003])
    func thinnedOutWhereTheyAreMany(maximum: Int, best: Int) {
        let best = min(best, maximum)
        let ratios = SizingProblem.curveRatios(upTo: maximum, including: best)
        #expect(ratios.count <= 513)
        #expect(ratios.first == 1 && ratios.last == maximum)
        #expect(ratios.contains(best))
        #expect(zip(ratios, ratios.dropFirst()).allSatisfy { $0 < $1 })
    }
}
