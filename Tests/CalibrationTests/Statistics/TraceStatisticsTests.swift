import Foundation
import Sizing
import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Statistics of a trace")
struct TraceStatisticsTests {
    static func requests(_ count: Int, _ family: SyntheticTrace, seed: UInt64) -> [(prefill: Int, decode: Int)] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in family.request(&generator) }
    }

    @Test("agree with the sizing's own two-pass sums", arguments: SyntheticTrace.allCases)
    func twoPass(family: SyntheticTrace) throws {
        let requests = Self.requests(3000, family, seed: 11)
        let statistics = try TraceStatistics(summary(csv(requests), .csv))
        let load = SlotLoad(
            trace: try RequestTrace(prefill: requests.map(\.prefill), decode: requests.map(\.decode)))
        #expect(relativeError(statistics.loadMean.value, load.mean) < 1e-13)
        #expect(relativeError(statistics.loadStandardDeviation.value, load.standardDeviation) < 1e-12)
        #expect(abs(try #require(statistics.loadSkewness).value - load.skewness) < 1e-10)
        #expect(statistics.slotLoad.mean == statistics.loadMean.value)
    }

    @Test("standard errors agree with influence functions summed over requests", arguments: SyntheticTrace.allCases)
    func influences(family: SyntheticTrace) throws {
        let requests = Self.requests(1000, family, seed: 3)
        let statistics = try TraceStatistics(summary(csv(requests), .csv))
        let n = Double(requests.count)
        let steps = requests.reduce(0) { $0 + Double($1.decode) } / n
        let theta = statistics.loadMean.value
        let variance = pow(statistics.loadStandardDeviation.value, 2)
        let third = try #require(statistics.loadSkewness).value * pow(variance, 1.5)
        var sums = (0.0, 0.0, 0.0)
        for request in requests {
            var s = (0.0, 0.0, 0.0)
            for age in 0..<request.decode {
                let x = Double(request.prefill + age) - theta
                s.0 += x
                s.1 += x * x - variance
                s.2 += x * x * x - third - 3 * variance * x
            }
            sums.0 += s.0 * s.0
            sums.1 += s.1 * s.1
            let skew = (s.2 - 1.5 * third / variance * s.1) / pow(variance, 1.5)
            sums.2 += skew * skew
        }
        #expect(relativeError(statistics.loadMean.standardError ?? .nan, sums.0.squareRoot() / n / steps) < 1e-10)
        #expect(
            relativeError(
                statistics.loadStandardDeviation.standardError ?? .nan,
                sums.1.squareRoot() / n / steps / (2 * variance.squareRoot())) < 1e-9)
        #expect(relativeError(statistics.loadSkewness?.standardError ?? .nan, sums.2.squareRoot() / n / steps) < 1e-8)
    }

    @Test("standard errors agree with the bootstrap", arguments: [SyntheticTrace.geometric, .lognormal, .correlated])
    func bootstrap(family: SyntheticTrace) throws {
        let requests = Self.requests(2000, family, seed: 21)
        let statistics = try TraceStatistics(summary(csv(requests), .csv))
        var generator = SeededGenerator(seed: 77)
        var values: [String: [Double]] = [:]
        for _ in 0..<100 {
            var sums = RequestSums()
            var counter = HistogramCounter()
            for _ in requests.indices {
                let request = requests[Int.random(in: 0..<requests.count, using: &generator)]
                sums.add(prefill: request.prefill, decode: request.decode)
            }
            counter.add(prefill: 1, decode: 1)
            let moments = sums.moments
            let covariance = InfluenceCovariance(moments, count: Double(sums.count))
            let lengths = LengthEstimates(moments, covariance: covariance)
            let load = LoadEstimates(moments, histogram: JointHistogram(counter), covariance: covariance)
            values["θ", default: []].append(load.mean.value)
            values["ν", default: []].append(load.standardDeviation.value)
            values["skewness", default: []].append(try #require(load.skewness).value)
            values["mean D", default: []].append(lengths.decodeMean.value)
            values["deviation D", default: []].append(lengths.decodeDeviation.value)
            if let correlation = lengths.correlation { values["correlation", default: []].append(correlation.value) }
        }
        func deviation(_ name: String) -> Double {
            let list = values[name] ?? []
            let mean = list.reduce(0, +) / Double(list.count)
            return (list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(list.count - 1)).squareRoot()
        }
        // 100 replicates know a deviation to 7 %; the skewness of a heavy tail is not linear in its sums.
        #expect(relativeError(deviation("θ"), statistics.loadMean.standardError ?? .nan) < 0.2)
        #expect(relativeError(deviation("ν"), statistics.loadStandardDeviation.standardError ?? .nan) < 0.25)
        #expect(relativeError(deviation("mean D"), statistics.decode.mean.standardError ?? .nan) < 0.2)
        #expect(
            relativeError(deviation("deviation D"), statistics.decode.standardDeviation.standardError ?? .nan) < 0.25)
        if family == .geometric {
            #expect(relativeError(deviation("skewness"), statistics.loadSkewness?.standardError ?? .nan) < 0.35)
        } else {
            #expect(relativeError(deviation("correlation"), statistics.correlation?.standardError ?? .nan) < 0.25)
        }
    }

    @Test("95 % intervals of θ and ν hold the truth in 92 to 98 % of 300 traces", arguments: SyntheticTrace.allCases)
    func coverage(family: SyntheticTrace) throws {
        let truth = family.truth
        var generator = SeededGenerator(seed: 2026)
        var mean = 0
        var deviation = 0
        for _ in 0..<300 {
            var sums = RequestSums()
            var counter = HistogramCounter()
            for _ in 0..<2000 {
                let request = family.request(&generator)
                sums.add(prefill: request.prefill, decode: request.decode)
                counter.add(prefill: request.prefill, decode: request.decode)
            }
            let moments = sums.moments
            let load = LoadEstimates(
                moments, histogram: JointHistogram(counter), covariance: InfluenceCovariance(moments, count: 2000))
            if load.mean.interval?.contains(truth.mean) == true { mean += 1 }
            if load.standardDeviation.interval?.contains(truth.deviation) == true { deviation += 1 }
        }
        print("coverage \(family): θ \(Double(mean) / 3) %, ν \(Double(deviation) / 3) %")
        #expect(276...294 ~= mean)
        #expect(276...294 ~= deviation)
    }

    @Test("degenerate traces have answers")
    func degenerate() throws {
        let one = try TraceStatistics(summary("prompt_tokens,output_tokens\n5,1\n", .csv))
        #expect(one.loadMean.value == 5 && one.loadStandardDeviation.value == 0 && one.loadSkewness == nil)
        #expect(one.decodeTail == nil && one.correlation == nil)
        #expect(one.geometricFit.p == 1 && one.geometricFit.distance == 0)
        let same = try TraceStatistics(
            summary(csv(repeatElement((prefill: 1_000_000_000, decode: 3), count: 50)), .csv))
        #expect(same.loadMean.value == 1_000_000_001)
        #expect(relativeError(same.loadStandardDeviation.value, (2.0 / 3).squareRoot()) < 1e-12)
        #expect(same.loadMean.standardError == 0 && same.loadStandardDeviation.standardError == 0)
        let extreme = try TraceStatistics(
            summary(csv(repeatElement((prefill: 1_000_000_000, decode: 1_000_000_000), count: 7)), .csv))
        #expect(relativeError(extreme.loadMean.value, 1.5e9 - 0.5) < 1e-15)
        #expect(extreme.loadStandardDeviation.value.isFinite)
    }

    @Test("errors that so few requests do not define are absent, never zero", arguments: 1...5)
    func undefined(count: Int) throws {
        let requests = [(100, 50), (130, 7), (90, 80), (40, 33), (77, 2)].prefix(count).map {
            (prefill: $0.0, decode: $0.1)
        }
        let statistics = try TraceStatistics(summary(csv(requests), .csv))
        for mean in [statistics.prefill.mean, statistics.decode.mean, statistics.loadMean] {
            #expect((mean.standardError != nil) == (count >= 2) && (mean.interval != nil) == (count >= 2))
            #expect(mean.standardError != 0)
        }
        let deviations = [
            statistics.prefill.standardDeviation, statistics.decode.standardDeviation, statistics.loadStandardDeviation,
        ]
        for deviation in deviations {
            #expect((deviation.standardError != nil) == (count >= 3) && (deviation.interval != nil) == (count >= 3))
            #expect(deviation.standardError != 0)
        }
        #expect((statistics.correlation?.standardError != nil) == (count >= 3))
        #expect((statistics.loadSkewness?.standardError != nil) == (count >= 4))
        #expect((InputErrors.Load(statistics) != nil) == (count >= 3))
        #expect(statistics.warnings.contains { $0.code == "few_requests" })
    }

    @Test("correlation with a constant is not defined")
    func constant() throws {
        let statistics = try TraceStatistics(summary(csv((1...50).map { (prefill: 100, decode: $0) }), .csv))
        #expect(statistics.correlation == nil && statistics.prefill.mean.standardError == 0)
    }

    @Test("a geometric trace passes as geometric, a fixed one does not")
    func geometric() throws {
        var generator = SeededGenerator(seed: 4)
        let lengths = (0..<5000).map { _ in (prefill: 10, decode: generator.geometric(mean: 200)) }
        let fit = try TraceStatistics(summary(csv(lengths), .csv)).geometricFit
        #expect(fit.isPlausible && abs(fit.p - 0.005) < 4 * (fit.standardError ?? .nan))
        let fixed = try TraceStatistics(summary(csv(repeatElement((prefill: 10, decode: 200), count: 500)), .csv))
        #expect(!fixed.geometricFit.isPlausible && fixed.geometricFit.distance > 0.5)
    }

    @Test("sums that no requests make are refused")
    func implausible() throws {
        let honest = try summary(csv(Self.requests(50, .lognormal, seed: 1)), .csv)
        #expect(try RequestSums(count: 50, decimals: honest.sums.decimals.map(\.digits)) == honest.sums)
        for index in RequestSums.names.indices {
            var digits = honest.sums.decimals.map(\.digits)
            for wrong in ["-1", "x", String(repeating: "9", count: 95), ""] {
                digits[index] = wrong
                #expect(throws: InvalidInput.self) { try RequestSums(count: 50, decimals: digits) }
            }
        }
        let none = try RequestSums(count: 50, decimals: RequestSums.names.map { _ in "0" })
        #expect(!none.isPlausible)
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<500 {
            // Whatever is sent: an answer or an error, no trap.
            let digits = RequestSums.names.map { _ in
                String(generator.next() >> UInt64.random(in: 0...60, using: &generator))
            }
            if let sums = try? RequestSums(count: Int.random(in: 1...1_000_000, using: &generator), decimals: digits) {
                _ = sums.isPlausible
            }
        }
    }
}
