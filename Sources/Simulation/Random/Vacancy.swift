/// How long a slot stays empty between two requests, so that it is full with probability ρ.
///
/// Steps with the distribution P(k) = (1 − q)q^k, k = 0, 1, …, of mean G = E[D](1 − ρ)/ρ: without memory, so what is left of an
/// empty period at a random step is one step more than such a period.
struct Vacancy: Sendable {
    /// ρ, over 0 and below 1.
    let occupancy: Double
    /// 1/log q.
    private let scale: Double

    /// `nil` where slots are always full.
    init?(occupancy: Double, meanDecode: Double) {
        guard occupancy < 1 else { return nil }
        self.occupancy = occupancy
        let mean = meanDecode * (1 - occupancy) / occupancy
        scale = mean > 0 ? 1 / PortableMath.log(mean / (1 + mean)) : 0
    }

    /// Empty steps after a request.
    func draw(_ generator: inout Xoroshiro128) -> Int {
        Int(min(LengthSampler.longest, PortableMath.log(generator.unit()) * scale))
    }

    /// Whether a slot is full at the beginning.
    func isFull(_ generator: inout Xoroshiro128) -> Bool { generator.unit() <= occupancy }
}

/// Factors that make times scatter: 1 + cv·ξ with ξ standard normal, not below 0.
struct JitterStream: Sendable {
    private var generator: Xoroshiro128
    private let deviation: Double

    /// `nil` where nothing scatters. No slot and no worker has the number of the stream among its siblings.
    init?(_ key: StreamKey, deviation: Double) {
        guard deviation > 0 else { return nil }
        generator = key.child(-1).generator
        self.deviation = deviation
    }

    mutating func next() -> Double {
        // The middle of one of 2⁵³ cells: never 0 or 1.
        max(0, 1 + deviation * PortableMath.normalQuantile(generator.unit() - 0x1p-54))
    }
}
