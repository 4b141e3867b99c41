import Text

/// Rows of a trace that could not be used, by reason.
public struct SkippedRows: Hashable, Sendable {
    /// Why a row cannot be used.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The row is no record of the format: a wrong number of columns, no JSON object, text after a closing quote.
        case malformed = "malformed row"
        /// A length is absent, empty or null.
        case missing = "a length is missing"
        /// A length is no number, or NaN or infinite.
        case notANumber = "a length is not a number"
        case negative = "a length is negative"
        case fractional = "a length is not whole"
        /// Above 1e9.
        case tooLarge = "a length is above 1e9"
        /// A JSON object names the same length twice.
        case duplicate = "a length is given twice"
        /// The request failed or was cancelled before it gave a token.
        case failed = "the request failed"
        /// The row is of the warm-up of a benchmark.
        case warmUp = "warm-up"
        /// The row summarises others.
        case summary = "a row of totals or means"
        /// A log's record of another kind, without lengths.
        case otherRecord = "a record of another kind"

        /// Whether such a row is a request that was lost, rather than none at all.
        var isLoss: Bool {
            switch self {
            case .failed, .warmUp, .summary, .otherRecord: false
            default: true
            }
        }
    }

    /// How often a reason occurred, and where first.
    public struct Tally: Hashable, Sendable {
        public let reason: Reason
        /// Rows, 1 or more.
        public var rows: Int
        /// The first lines it occurred at, from 1, at most ``maximumLines``; rows, from 1, of JSON that is not by lines.
        public var lines: [Int]

        public init(reason: Reason, rows: Int, lines: [Int]) {
            self.reason = reason
            self.rows = rows
            self.lines = lines
        }
    }

    public static let maximumLines = 5

    /// In the order of ``Reason``.
    public private(set) var tallies: [Tally] = []

    public init() {}

    /// All rows that were skipped.
    public var rows: Int { tallies.reduce(0) { $0 &+ $1.rows } }

    /// Rows that ought to have been requests, and could not be read.
    public var lost: Int { tallies.reduce(0) { $0 &+ ($1.reason.isLoss ? $1.rows : 0) } }

    /// From what was sent.
    public init(_ tallies: [Tally]) throws(InvalidInput) {
        for (index, tally) in tallies.enumerated() {
            guard 1...RequestSums.maximumCount ~= tally.rows else {
                throw InvalidInput(field: "reasons.\(index).rows", rule: "must be a whole number from 1")
            }
            guard tally.lines.count <= Self.maximumLines,
                tally.lines.allSatisfy({ 1...RequestSums.maximumCount ~= $0 })
            else {
                throw InvalidInput(
                    field: "reasons.\(index).lines", rule: "must be at most \(Self.maximumLines) numbers from 1")
            }
            add(tally)
        }
    }

    mutating func add(_ reason: Reason, line: Int, rows: Int = 1) {
        add(Tally(reason: reason, rows: rows, lines: [line]))
    }

    private mutating func add(_ tally: Tally) {
        if let index = tallies.firstIndex(where: { $0.reason == tally.reason }) {
            tallies[index].rows = min(RequestSums.maximumCount, tallies[index].rows + tally.rows)
            let room = Self.maximumLines - tallies[index].lines.count
            tallies[index].lines += tally.lines.prefix(room)
            return
        }
        tallies.append(tally)
        let order = Reason.allCases
        tallies.sort { (order.firstIndex(of: $0.reason) ?? 0) < (order.firstIndex(of: $1.reason) ?? 0) }
    }

    /// Adds the skipped rows of a part that came after `lines` lines.
    mutating func merge(_ other: SkippedRows, after lines: Int) {
        for var tally in other.tallies {
            tally.lines = tally.lines.map { min(RequestSums.maximumCount, $0 + lines) }
            add(tally)
        }
    }
}
