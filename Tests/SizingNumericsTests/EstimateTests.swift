import TestSupport
import Testing

@testable import SizingNumerics

@Suite struct EstimateTests {
    @Test("Ends that are no numbers make no interval, and nothing traps")
    func undefined() {
        #expect(Estimate(.nan, standardError: .nan).interval == nil)
        #expect(Estimate(1, standardError: nil, lower: 2, upper: 1).interval == nil)
        #expect(Estimate(1, parts: [1]).standardError == nil)
        #expect(Estimate(1, parts: [.nan, 1]).interval == nil)
        #expect(Estimate(-1, standardError: 1).squareRoot.interval == nil)
    }

    @Test("The interval of means covers the truth 19 times in 20")
    func coverage() {
        var generator = SeededGenerator(seed: 5)
        var hits = 0
        for _ in 0..<2_000 {
            let parts = (0..<6).map { _ in
                (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &generator) }
            }
            let mean = parts.reduce(0, +) / 6
            if Estimate(mean, parts: parts).interval?.contains(0) == true { hits += 1 }
        }
        #expect((1_860...1_940).contains(hits))
    }

    @Test("The table of Student's t is Hill's algorithm to its three decimals", arguments: 2...60)
    func student(degrees: Int) {
        let table = StudentT.tabulated975(degreesOfFreedom: degrees)
        #expect(relativeError(table, StudentT.quantile975(degreesOfFreedom: Double(degrees))) < 6e-4)
    }

    @Test("A root and a reciprocal carry value, error and ends")
    func images() throws {
        let root = Estimate(4, standardError: 0.4, lower: 1, upper: 9).squareRoot
        #expect(root == Estimate(2, standardError: 0.1, interval: 1...3))
        let turned = Estimate(2, standardError: 0.1, lower: -1, upper: 4).reciprocal(scale: 8)
        #expect(turned == Estimate(4, standardError: 0.2, interval: 2...Double.infinity))
    }
}

@Suite struct GeometricGridTests {
    @Test(arguments: [1, 2, 3, 17, 1_000, 10_000_000], [1.000_1, 1.05, 2, 10.0])
    func risesFromOneToTheLast(last: Int, growth: Double) {
        let grid = GeometricGrid.wholeNumbers(upTo: last, growth: max(growth, last > 1_000 ? 1.05 : growth))
        #expect(grid.first == 1 && grid.last == last)
        #expect(zip(grid, grid.dropFirst()).allSatisfy { $0 < $1 })
        for (one, next) in zip(grid, grid.dropFirst()) {
            #expect(Double(next) <= max(Double(one + 1), Double(one + 1) * max(growth, 1.05) + 1))
        }
    }
}
