import Text

/// How many requests had which prefill and decode length, in the bins of `LengthBins`.
///
/// At most ``maximumCells`` cells are kept: where a finer level has more, the next coarser one is taken. A part of a trace has no
/// more cells than the whole at any level, so merging the parts and coarsening again comes to the level of the whole.
public struct JointHistogram: Hashable, Sendable {
    /// One bin of prefill and decode lengths that occurred.
    public struct Cell: Hashable, Sendable {
        /// The prefill length that stands for the bin, tokens.
        public let prefill: Int
        /// The decode length that stands for the bin, steps.
        public let decode: Int
        /// Requests in it, 1 or more.
        public let count: Int
    }

    /// The most cells of a histogram, so that what is sent stays far below a body limit of 1 MB.
    public static let maximumCells = 4096

    /// Bins per octave are 2^level, 0…4.
    public let level: Int
    /// By rising prefill, then decode length.
    public let cells: [Cell]

    /// Coarsens until there are few enough cells. `counts` are by prefill bin, then decode bin, at `level`; a bin may stand there twice.
    private init(coarsening counts: [(key: Int, count: Int)], level: Int) {
        var counts = Self.added(counts)
        var level = level
        while counts.count > Self.maximumCells, level > 0 {
            for index in counts.indices {
                let (prefill, decode) = Self.bins(counts[index].key)
                counts[index].key = Self.key(
                    LengthBins.index(of: LengthBins.lower(prefill, level: level), level: level - 1),
                    LengthBins.index(of: LengthBins.lower(decode, level: level), level: level - 1))
            }
            counts = Self.added(counts)
            level -= 1
        }
        self.level = level
        cells = counts.map { key, count in
            let (prefill, decode) = Self.bins(key)
            return Cell(
                prefill: LengthBins.middle(prefill, level: level), decode: LengthBins.middle(decode, level: level),
                count: count)
        }
    }

    /// From the counts of a ``HistogramCounter``.
    init(_ counter: HistogramCounter) {
        self.init(
            coarsening: counter.occupied.map { (Self.key($0.prefill, $0.decode), $0.count) }, level: LengthBins.finest)
    }

    /// By rising key, with the counts of equal keys added up.
    private static func added(_ counts: [(key: Int, count: Int)]) -> [(key: Int, count: Int)] {
        var added: [(key: Int, count: Int)] = []
        added.reserveCapacity(counts.count)
        for cell in counts.sorted(by: { $0.key < $1.key }) {
            if let last = added.last, last.key == cell.key {
                added[added.count - 1].count += cell.count
            } else {
                added.append(cell)
            }
        }
        return added
    }

    /// From what was sent: columns as ``cells`` gives them.
    ///
    /// - Throws: `InvalidInput` where columns differ in length, a length is out of range or a count not positive, and
    ///   where two cells are of one bin.
    public init(level: Int, prefill: [Int], decode: [Int], counts: [Int]) throws(InvalidInput) {
        guard 0...LengthBins.finest ~= level else {
            throw InvalidInput(field: "level", rule: "must be a whole number from 0 to \(LengthBins.finest)")
        }
        guard !prefill.isEmpty, prefill.count == decode.count, counts.count == prefill.count else {
            throw InvalidInput(
                field: "weights", rule: "must have as many elements as prefill and decode, at least one")
        }
        guard prefill.count <= Self.maximumCells else {
            throw InvalidInput(field: "weights", rule: "must have at most \(Self.maximumCells) elements")
        }
        var cells: [Int: Int] = [:]
        for index in prefill.indices {
            guard 0...(1 << 30) ~= prefill[index] else {
                throw InvalidInput(field: "prefill.\(index)", rule: "must be a whole number from 0 to 1e9")
            }
            guard 1...(1 << 30) ~= decode[index] else {
                throw InvalidInput(field: "decode.\(index)", rule: "must be a whole number from 1 to 1e9")
            }
            guard 1...RequestSums.maximumCount ~= counts[index] else {
                throw InvalidInput(field: "weights.\(index)", rule: "must be a whole number from 1")
            }
            let key = Self.key(
                LengthBins.index(of: prefill[index], level: level), LengthBins.index(of: decode[index], level: level))
            guard cells.updateValue(counts[index], forKey: key) == nil else {
                throw InvalidInput(field: "prefill.\(index)", rule: "must not name a bin twice")
            }
        }
        self.init(coarsening: cells.map { ($0.key, $0.value) }, level: level)
    }

    /// The histogram of the requests of both.
    ///
    /// - Throws: `InvalidInput` where there are too many requests to be counted.
    public func merged(with other: JointHistogram) throws(InvalidInput) -> JointHistogram {
        let level = min(level, other.level)
        var counts: [Int: Int] = [:]
        for part in [self, other] {
            for cell in part.cells {
                let key = Self.key(
                    LengthBins.index(of: cell.prefill, level: level), LengthBins.index(of: cell.decode, level: level))
                let (sum, overflow) = counts[key, default: 0].addingReportingOverflow(cell.count)
                guard !overflow, sum <= RequestSums.maximumCount else { throw RequestSums.tooMany }
                counts[key] = sum
            }
        }
        return JointHistogram(coarsening: counts.map { ($0.key, $0.value) }, level: level)
    }

    /// The requests counted.
    public var count: Int { cells.reduce(0) { $0 &+ $1.count } }

    private static func key(_ prefill: Int, _ decode: Int) -> Int { prefill << 16 | decode }
    private static func bins(_ key: Int) -> (prefill: Int, decode: Int) { (key >> 16, key & 0xFFFF) }
}

extension JointHistogram {
    /// How many requests had which decode length: the edges (lowest, highest) of each bin that occurred, rising.
    var decodeCounts: [(lower: Int, upper: Int, count: Int)] {
        var counts: [Int: Int] = [:]
        for cell in cells { counts[LengthBins.index(of: cell.decode, level: level), default: 0] += cell.count }
        return counts.sorted { $0.key < $1.key }.map { bin, count in
            (max(1, LengthBins.lower(bin, level: level)), LengthBins.upper(bin, level: level), count)
        }
    }
}
