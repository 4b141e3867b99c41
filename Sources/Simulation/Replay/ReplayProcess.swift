import Sizing
import Text

/// Requests that come by chance: how often, how regularly, and how long they are.
public struct ReplayProcess: Sendable {
    public let rate: RateProfile
    /// Coefficient of variation of the times between arrivals at a constant rate; 1 is Poisson.
    public let variation: Double
    /// Seconds after which none come any more.
    public let duration: Double
    /// Part of each prompt that is cached, 0…1.
    public let cachedFraction: Double
    let sampler: RequestSampler

    /// - Throws: `InvalidInput` naming `cv`, `duration_s`, `cached_fraction`, or `workload` where only moments are known of it.
    public init(
        rate: RateProfile, variation: Double = 1, duration: Double, workload: Workload, cachedFraction: Double = 0
    ) throws(InvalidInput) {
        try InvalidInput.check(variation, in: 0...20, field: "cv")
        try InvalidInput.check(duration, in: 1e-3...1e8, field: "duration_s")
        try InvalidInput.check(cachedFraction, in: 0...1, field: "cached_fraction")
        do throws(SimulationError) {
            sampler = try RequestSampler(workload)
        } catch {
            throw InvalidInput(
                field: "workload",
                rule: "must describe requests to be replayed: of a slot_load only the moments are known")
        }
        self.rate = rate
        self.variation = variation
        self.duration = duration
        self.cachedFraction = cachedFraction
    }

    public var expectedRequests: Double { rate.expected(until: duration) }

    /// One course of it.
    func source(_ key: StreamKey) -> ReplayProcessSource { ReplayProcessSource(self, key) }
}

/// One course of a ``ReplayProcess``: a renewal process of rate 1 in a time that passes as the rate says. Arrivals and lengths have
/// streams of their own.
struct ReplayProcessSource: ReplaySource {
    private let process: ReplayProcess
    private var gaps: Xoroshiro128
    private var lengths: Xoroshiro128
    private var time = 0.0
    private var piece = 0
    private var pieceEnd: Double

    init(_ process: ReplayProcess, _ key: StreamKey) {
        self.process = process
        gaps = key.child(0).generator
        lengths = key.child(1).generator
        pieceEnd = process.rate.pieces[0].duration
    }

    mutating func next() -> ReplayRequest? {
        var left = GammaGap.draw(variation: process.variation, &gaps)
        let pieces = process.rate.pieces
        while true {
            let rate = pieces[piece].rate
            if rate * (pieceEnd - time) > left {
                time += left / rate
                break
            }
            guard pieceEnd < process.duration else { return nil }
            left -= rate * (pieceEnd - time)
            time = pieceEnd
            piece = (piece + 1) % pieces.count
            pieceEnd += pieces[piece].duration
        }
        guard time <= process.duration else { return nil }
        let request = process.sampler.draw(&lengths)
        let longest = Int(SizingLimits.maximumLength)
        let prefill = min(longest, request.prefill)
        return ReplayRequest(
            arrival: time, prefill: prefill, decode: min(longest, request.decode),
            cached: Int(Double(prefill) * process.cachedFraction))
    }
}

/// Times of mean 1 that have a gamma distribution: exponential at a variation of 1, always 1 at a variation of 0.
enum GammaGap {
    static func draw(variation: Double, _ generator: inout Xoroshiro128) -> Double {
        if variation == 1 { return -PortableMath.log(generator.unit()) }
        guard variation > 1e-6 else { return 1 }
        let shape = 1 / (variation * variation)
        guard shape < 1 else { return marsaglia(shape, &generator) / shape }
        // A gamma of shape k is one of shape k + 1 times U^(1/k).
        let power = PortableMath.exp(PortableMath.log(generator.unit()) / shape)
        return marsaglia(shape + 1, &generator) * power / shape
    }

    /// Marsaglia and Tsang (2000), for shapes of 1 and more.
    private static func marsaglia(_ shape: Double, _ generator: inout Xoroshiro128) -> Double {
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = PortableMath.normalQuantile(generator.unit() - 0x1p-54)
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if PortableMath.log(generator.unit()) < 0.5 * x * x + d * (1 - v + PortableMath.log(v)) { return d * v }
        }
    }
}
