import SizingNumerics
import Text

/// Sums over the requests of each block of time, for errors that hold where neighbouring requests are alike.
///
/// The blocks are windows of 2^k microseconds, the shortest that cover the trace with at most ``maximumBlocks``. So they are the same
/// however the trace is ordered or cut, and merging is exact.
public struct RequestBlocks: Hashable, Sendable {
    /// The most blocks.
    public static let maximumBlocks = 128

    private(set) var grid = TimeGrid<RequestBlock>(widths: (0...57).map { 1 << $0 }, capacity: maximumBlocks)

    public init() {}

    /// Requests in all blocks.
    public var count: Int { grid.cells.reduce(0) { $0 + $1.count } }
    /// Blocks in which a request arrived.
    var occupied: Int { grid.cells.count { $0.count > 0 } }
    /// Width of a block, microseconds.
    public var width: Int { grid.width }

    /// Adds a request with P in 0…1e9 and D in 1…1e9 that arrived at `time`, microseconds, −9e15…9e15.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int, at time: Int) {
        grid.update(grid.place(of: time)) { $0.add(prefill: prefill, decode: decode) }
    }

    /// The times of the block that `time` lies in, as blocks are now.
    mutating func times(around time: Int) -> Range<Int> {
        grid.times(around: time)
    }

    /// Adds `count` requests that arrived in the block of `time` and whose sums are known.
    mutating func add(_ count: Int, _ sums: InlineArray<7, UInt128>, at time: Int) {
        grid.update(grid.place(of: time)) { $0.add(count, sums) }
    }

    /// Adds the blocks of another part of the trace.
    public mutating func merge(_ other: RequestBlocks) { grid.merge(other.grid) }
}

/// What is sent, and read back.
extension RequestBlocks {
    /// The blocks as columns: a level that tells their width (2^level µs), the number of the first one, the requests in each, and each
    /// sum in decimal digits.
    public var columns: (level: Int, first: Int, requests: [Int], sums: [(name: String, digits: [String])]) {
        (
            grid.level, grid.first, grid.cells.map(\.count),
            RequestBlock.names.enumerated().map { index, name in (name, grid.cells.map { $0.sums[index].decimal }) }
        )
    }

    /// The names of the columns of sums, in order.
    public static var names: [String] { RequestBlock.names }

    /// From what ``columns`` gave, the sums in its order.
    ///
    /// - Throws: `InvalidInput` naming a column that is not that of any requests.
    public init(level: Int, first: Int, requests: [Int], sums: [[String]]) throws(InvalidInput) {
        guard sums.count == Self.names.count else {
            throw InvalidInput(field: "", rule: "must have all of \(Self.names.joined(separator: ", "))")
        }
        for (name, column) in zip(Self.names, sums) where column.count != requests.count {
            throw InvalidInput(field: name, rule: "must have as many elements as requests")
        }
        var cells: [RequestBlock] = []
        for (place, count) in requests.enumerated() {
            guard 0...RequestSums.maximumCount ~= count else {
                throw InvalidInput(field: "requests.\(place)", rule: "must be a whole number from 0 to 2^53")
            }
            var read = InlineArray<7, WideInteger>(repeating: .zero)
            for index in 0..<7 {
                // S₃ ≤ D·(P + D)³ of lengths to 1e9.
                guard let value = WideInteger(decimal: sums[index][place]),
                    !(WideInteger(count) * 1_000_000_000_000_000_000 * 1_000_000_000_000_000_000 * 8 - value).isNegative
                else {
                    throw InvalidInput(
                        field: "\(Self.names[index]).\(place)",
                        rule: "must be a whole number in decimal digits that \(count) requests can make")
                }
                read[index] = value
            }
            cells.append(RequestBlock(count: count, sums: read))
        }
        let empty = TimeGrid<RequestBlock>(widths: (0...57).map { 1 << $0 }, capacity: Self.maximumBlocks)
        guard
            let grid = TimeGrid(
                widths: empty.widths, capacity: empty.capacity, level: level, first: first, cells: cells)
        else {
            throw InvalidInput(
                field: "requests",
                rule: "must have 1 to \(Self.maximumBlocks) elements, and level and first be those of a trace")
        }
        self.grid = grid
    }
}
