import Text

/// Lengths as a histogram counts them: how many fall into each bucket, and their sum.
public struct LengthBuckets: Hashable, Sendable {
    /// A bucket that holds requests.
    struct Cell: Hashable {
        /// The shortest and the longest length in it, whole tokens; the latter `infinity` above the last bound.
        var lower: Double
        var upper: Double
        /// Requests; above 0.
        var count: Double
    }

    /// Of the metric, without `_bucket`; empty for the result of an expression.
    public let name: String
    /// The longest length of each bucket, tokens; rising, the last `infinity` where requests may be longer.
    public let bounds: [Double]
    /// Requests in each; a query may give fractions.
    public let counts: [Double]
    /// Tokens of all requests; `nil` where it is not known.
    public let sum: Double?

    public static let mostBounds = 256
    /// How far a sum may be off what the buckets allow, relative to it: it is read a moment before or after them.
    private static let tolerance = 0.01

    /// Requests.
    public var count: Double { counts.reduce(0, +) }

    /// - Throws: `InvalidInput` naming `bounds`, `counts` or `sum`.
    public init(name: String, bounds: [Double], counts: [Double], sum: Double?) throws(InvalidInput) {
        guard !bounds.isEmpty, bounds.count == counts.count, bounds.count <= Self.mostBounds else {
            throw InvalidInput(
                field: "bounds", rule: "must have one element for each of counts, 1 to \(Self.mostBounds)")
        }
        var last = -1.0
        for bound in bounds {
            guard bound > last, bound >= 0, bound <= 1e9 || bound == .infinity else {
                throw InvalidInput(
                    field: "bounds", rule: "must rise from 0 on, to at most 1e9 tokens: \(Figure.load(bound)) does not")
            }
            last = bound
        }
        for count in counts { try InvalidInput.check(count, in: 0...0x1p53, field: "counts") }
        if let sum { try InvalidInput.check(sum, in: 0...1e18, field: "sum") }
        let total = counts.reduce(0, +)
        guard total > 0, total <= 0x1p53 else {
            throw InvalidInput(field: "counts", rule: "must count at least one request, and at most 2^53")
        }
        self.name = name
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
        for (place, cell) in allCells.enumerated() where counts[place] > 0 {
            guard cell.lower <= cell.upper else {
                throw InvalidInput(
                    field: "bounds",
                    rule:
                        "must leave a whole number of tokens in each bucket that counts requests: there is none up to "
                        + "\(Figure.load(bounds[place])) from the bound before")
            }
        }
        guard let sum else { return }
        let least = cells.reduce(0) { $0 + $1.lower * $1.count }
        let most = cells.reduce(0) { $0 + $1.upper * $1.count }
        guard sum >= least * (1 - Self.tolerance), sum <= most * (1 + Self.tolerance) else {
            throw InvalidInput(
                field: "sum",
                rule:
                    "must be one that the buckets allow: \(Figure.short(total)) requests have \(Figure.short(least)) to "
                    + "\(Figure.short(most)) tokens, not \(Figure.short(sum))")
        }
    }

    /// The share of requests above the last bound.
    public var shareAbove: Double {
        bounds.last == .infinity && bounds.count > 1 ? (counts.last ?? 0) / count : 0
    }

    /// The largest bound; 0 where there is none.
    public var largestBound: Double { bounds.last { $0.isFinite } ?? 0 }

    /// Those buckets that hold requests, by rising length.
    var cells: [Cell] { allCells.filter { $0.count > 0 } }

    private var allCells: [Cell] {
        var cells: [Cell] = []
        var below = -1.0
        for (bound, count) in zip(bounds, counts) {
            cells.append(Cell(lower: min(1e9, below.rounded(.down) + 1), upper: bound.rounded(.down), count: count))
            below = bound
        }
        return cells
    }
}
