import SizingNumerics
import Text

/// Exact sums over requests (P, D), from which every statistic of a trace follows.
///
/// With S_k = Σ_{j<D} (P+j)^k, the slot load's moments are ΣS_k / ΣS₀, and their delta-method errors need ΣS_a S_b. Where a
/// product's degree in the lengths is at most 4 it is a combination of ΣP^i D^j, which are kept for the moments of P and D anyway;
/// the six others are kept as they are. Integers do not round: sums of parts add up to those of the whole.
public struct RequestSums: Hashable, Sendable {
    /// One kept sum: Σ P^i D^j, or Σ S_a S_b.
    enum Term: Hashable, Sendable {
        case power(Int, Int)
        case product(Int, Int)

        /// `p2d1` or `s1s3`.
        var name: String {
            switch self {
            case .power(let i, let j): "p\(i)d\(j)"
            case .product(let a, let b): "s\(a)s\(b)"
            }
        }
    }

    /// In the order of ``sums``.
    static let terms: [Term] = [
        .power(1, 0), .power(0, 1), .power(2, 0), .power(1, 1), .power(0, 2), .power(3, 0), .power(2, 1), .power(1, 2),
        .power(0, 3), .power(4, 0), .power(3, 1), .power(2, 2), .power(1, 3), .power(0, 4), .product(0, 3),
        .product(1, 2), .product(1, 3), .product(2, 2), .product(2, 3), .product(3, 3),
    ]

    /// More requests than this are not counted: a JSON number holds up to 2⁵³ exactly.
    static let maximumCount = 1 << 53
    static let tooMany = InvalidInput(field: "sums.count", rule: "must be at most 2^53 requests")

    /// Requests, 0…2⁵³.
    public private(set) var count = 0
    private var sums = InlineArray<20, WideInteger>(repeating: .zero)

    public init() {}

    subscript(term: Int) -> WideInteger { sums[term] }

    /// Adds a request with P in 0…1e9 and D in 1…1e9; what lies outside is a programming error.
    @inline(always)
    mutating func add(prefill: Int, decode: Int) {
        precondition(prefill >= 0 && prefill <= 1_000_000_000 && decode >= 1 && decode <= 1_000_000_000)
        let p = UInt64(prefill)
        let d = UInt64(decode)
        // Degree 2 fits 64 bits: each at most 1e18.
        let p2 = p &* p
        let pd = p &* d
        let d2 = d &* d
        let pairs = (d2 &- d) / 2
        count += 1
        sums[0].add(p)
        sums[1].add(d)
        sums[2].add(p2)
        sums[3].add(pd)
        sums[4].add(d2)
        // S₁ = PD + D(D−1)/2;  S₂ = P·(PD + D(D−1)) + D(D−1)(2D−1)/6;  S₃ = P·(P·(PD + 3D(D−1)/2) + D(D−1)(2D−1)/2) + (D(D−1)/2)².
        let s1 = pd &+ pairs
        if (p &+ d) >> 16 == 0 {
            // Then S₃ < D·(P+D)³ < 2⁶⁴, as is all of degree 4.
            let cubes = pairs &* (2 &* d &- 1)
            let s2 = p &* (pd &+ 2 &* pairs) &+ cubes / 3
            let s3 = p &* (p &* (pd &+ 3 &* pairs) &+ cubes) &+ pairs &* pairs
            sums[5].add(p &* p2)
            sums[6].add(p &* pd)
            sums[7].add(p &* d2)
            sums[8].add(d &* d2)
            sums[9].add(p2 &* p2)
            sums[10].add(p2 &* pd)
            sums[11].add(p2 &* d2)
            sums[12].add(pd &* d2)
            sums[13].add(d2 &* d2)
            sums[14].addProduct(d, s3)
            sums[15].addProduct(s1, s2)
            sums[16].addProduct(s1, s3)
            sums[17].addProduct(s2, s2)
            sums[18].addProduct(s2, s3)
            sums[19].addProduct(s3, s3)
        } else {
            addLong(p, d)
        }
    }

    /// Adds what is of degree 3 and above, of a request whose lengths may be the longest. Apart, so that what most requests need is short.
    @inline(never)
    private mutating func addLong(_ p: UInt64, _ d: UInt64) {
        let p2 = p &* p
        let pd = p &* d
        let d2 = d &* d
        let pairs = (d2 &- d) / 2
        let s1 = pd &+ pairs
        let wp = UInt128(p)
        let wd = UInt128(d)
        sums[5].add(wp &* UInt128(p2))
        sums[6].add(wp &* UInt128(pd))
        sums[7].add(wp &* UInt128(d2))
        sums[8].add(wd &* UInt128(d2))
        sums[9].addProduct(UInt128(p2), UInt128(p2))
        sums[10].addProduct(UInt128(p2), UInt128(pd))
        sums[11].addProduct(UInt128(p2), UInt128(d2))
        sums[12].addProduct(UInt128(pd), UInt128(d2))
        sums[13].addProduct(UInt128(d2), UInt128(d2))
        let w1 = UInt128(s1)
        let cubes = UInt128(pairs) &* UInt128(2 &* d &- 1)
        // 3 divides this, and a third of a multiple of 3 is the product with the inverse of 3 modulo 2¹²⁸: no division of 128 bits.
        let third = cubes &* (.max / 3 &* 2 &+ 1)
        let s2 = wp &* UInt128(pd &+ 2 &* pairs) &+ third
        let s3 = wp &* (wp &* (UInt128(pd) &+ 3 &* UInt128(pairs)) &+ cubes) &+ UInt128(pairs) &* UInt128(pairs)
        sums[14].addProduct(wd, s3)
        sums[15].addProduct(w1, s2)
        sums[16].addProduct(w1, s3)
        sums[17].addProduct(s2, s2)
        sums[18].addProduct(s2, s3)
        sums[19].addProduct(s3, s3)
    }

    /// Adds the sums of another part.
    ///
    /// - Throws: `InvalidInput` where there are too many requests to be counted.
    public mutating func merge(_ other: RequestSums) throws(InvalidInput) {
        let (total, overflow) = count.addingReportingOverflow(other.count)
        guard !overflow, total <= Self.maximumCount else { throw Self.tooMany }
        count = total
        for index in 0..<20 { sums[index] = sums[index] + other.sums[index] }
    }

    public static func == (a: RequestSums, b: RequestSums) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<20 where a.sums[index] != b.sums[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for index in 0..<20 { hasher.combine(sums[index]) }
    }
}

extension RequestSums {
    /// Every sum by name, in decimal digits: exact in any JSON reader, which numbers above 2⁵³ are not.
    public var decimals: [(name: String, digits: String)] {
        Self.terms.indices.map { (Self.terms[$0].name, sums[$0].decimal) }
    }

    /// The names of ``decimals``, in order.
    public static var names: [String] { terms.map(\.name) }

    /// From what ``decimals`` gave, in its order.
    ///
    /// - Throws: `InvalidInput` naming a sum that is no whole number or larger than so many requests can make it.
    public init(count: Int, decimals: [String]) throws(InvalidInput) {
        guard 1...Self.maximumCount ~= count else {
            throw InvalidInput(field: "count", rule: "must be a whole number from 1 to 2^53")
        }
        guard decimals.count == Self.terms.count else {
            throw InvalidInput(field: "", rule: "must have all of \(Self.names.joined(separator: ", "))")
        }
        self.count = count
        for (index, term) in Self.terms.enumerated() {
            guard let value = WideInteger(decimal: decimals[index]) else {
                throw InvalidInput(field: term.name, rule: "must be a whole number in decimal digits")
            }
            let degree =
                switch term {
                case .power(let i, let j): i + j
                case .product(let a, let b): a + b + 2
                }
            // Σ P^i D^j ≤ count · 1e9^(i+j), and S_k ≤ D (P+D)^k ≤ 2^k · 1e9^(k+1).
            var bound = WideInteger(count)
            for _ in 0..<degree { bound = bound * 2_000_000_000 }
            guard !(bound - value).isNegative else {
                throw InvalidInput(field: term.name, rule: "is larger than \(count) requests can make it")
            }
            sums[index] = value
        }
    }
}

extension RequestSums {
    /// The longest length of the requests that ``since(_:)`` can tell of is below 2 to this power: their sums stay below 2¹²⁸.
    static let longestSince = 20

    /// What was added since the sums were `before`, all with lengths below 2^``longestSince``, as a ``RequestBlock`` counts it.
    ///
    /// Each sum is named and not indexed by a loop, for which the sums were copied each time.
    func since(_ before: RequestSums) -> (count: Int, sums: InlineArray<7, UInt128>) {
        let (p, d) = (self[0].low &- before[0].low, self[1].low &- before[1].low)
        let (pp, pd, dd) = (
            self[2].low &- before[2].low, self[3].low &- before[3].low, self[4].low &- before[4].low
        )
        let (ppd, pdd, ddd) = (
            self[6].low &- before[6].low, self[7].low &- before[7].low, self[8].low &- before[8].low
        )
        let (pppd, ppdd) = (self[10].low &- before[10].low, self[11].low &- before[11].low)
        let (pddd, dddd) = (self[12].low &- before[12].low, self[13].low &- before[13].low)
        // S₂ = P²D + PD² − PD + (2D³ − 3D² + D)/6;  S₃ = P³D + 3(P²D² − P²D)/2 + P(2D³ − 3D² + D)/2 + (D⁴ − 2D³ + D²)/4. The parts in
        // brackets are whole multiples, of a sum as of each request; a third is the product with the inverse of 3 modulo 2¹²⁸.
        let third: UInt128 = .max / 3 &* 2 &+ 1
        let squares = (2 &* ddd &- 3 &* dd &+ d) >> 1 &* third
        let s2 = ppd &+ pdd &- pd &+ squares
        let s3 =
            pppd &+ 3 &* (ppdd &- ppd) >> 1 &+ (2 &* pddd &- 3 &* pdd &+ pd) >> 1 &+ (dddd &- 2 &* ddd &+ dd) >> 2
        return (count - before.count, [p, d, pp, pd, dd, s2, s3])
    }
}
