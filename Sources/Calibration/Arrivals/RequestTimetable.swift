import Sizing
import Text

/// The requests of a trace with their times, by arrival: what a replay is fed.
///
/// Its memory is that of the rows, some eight bytes each, up to a limit. Rows that arrive by up to ``window`` seconds before one above
/// them are sorted, as logs need that are written when requests end; a row that is farther off is refused by its number. So rows are
/// packed once nothing can come before them any more, and up to twice the window's are kept as they are.
public struct RequestTimetable: Hashable, Sendable {
    /// Seconds.
    public static let window = 3600.0
    /// The longest trace, seconds.
    static let maximumDuration = 1e8
    private static let fewestRecent = 8192
    /// Most rows, where no lower limit is set.
    public static let maximumRows = 20_000_000

    /// By arrival; all of them once it is finished.
    public private(set) var packed = PackedRequests()
    /// The last ones, as they came.
    private var recent: [TimedRequest] = []
    private var isRecentInOrder = true
    /// How many of them are looked through.
    private var recentLimit = Self.fewestRecent
    private let limit: Int
    /// The time of the first row, microseconds.
    private var first: Int?
    /// The latest arrival so far, seconds from the first row.
    private var latest = -Double.infinity
    /// Rows that came after a later one, and by how much at the most, seconds.
    private var unordered = 0
    private var farthest = 0.0
    private var untimed = 0
    /// Rows without an output token, and with more cached than prompt.
    private var withoutOutput = 0
    private var overcached = 0
    /// Why the trace is not taken.
    private(set) var refusal: InvalidInput?

    public init(limit: Int = Self.maximumRows) { self.limit = min(limit, Self.maximumRows) }

    /// Bytes that are held.
    public var memory: Int { packed.memory + recent.capacity * MemoryLayout<TimedRequest>.stride }

    /// How many rows there are.
    public var count: Int { packed.count + recent.count }

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - time: microseconds; `nil` where the row has none that can be read.
    ///   - prefill: tokens of the prompt.
    ///   - output: tokens of the answer.
    ///   - cached: tokens of the prompt that were cached; `nil` where no column says.
    ///   - row: its number in the trace, from 1.
    mutating func add(at time: Int?, prefill: Int, output: Int, cached: Int?, row: Int) {
        guard refusal == nil else { return }
        guard let time else {
            untimed += 1
            return
        }
        let start = first ?? time
        first = start
        // Times are within a few thousand years of each other.
        let arrival = Double(time &- start) / 1e6
        if arrival < latest {
            unordered += 1
            isRecentInOrder = false
            farthest = max(farthest, latest - arrival)
            guard latest - arrival <= Self.window else {
                refusal = Self.failure(
                    "Row \(row) arrives \(Figure.short(latest - arrival)) s before a row above it. Rows are sorted within "
                        + "\(Figure.short(Self.window)) s; sort the trace by arrival, or send its parts one by one.")
                return
            }
        } else {
            latest = arrival
        }
        guard arrival <= Self.maximumDuration else {
            refusal = Self.failure(
                "Row \(row) arrives \(Figure.short(arrival)) s after the first: the trace may last \(Figure.short(Self.maximumDuration)) s."
            )
            return
        }
        guard count < limit else {
            refusal = Self.failure("The trace has more than \(limit) requests, which is the limit of a replay.")
            return
        }
        if output == 0 { withoutOutput += 1 }
        if let cached, cached > prefill { overcached += 1 }
        if recent.count == recentLimit {
            pack(before: latest - Self.window)
            recentLimit = max(Self.fewestRecent, 2 * recent.count)
        }
        recent.append(
            TimedRequest(
                arrival: arrival, prefill: Int32(clamping: prefill), decode: Int32(clamping: max(1, output)),
                cached: cached.map { Int32(clamping: max(0, min($0, prefill))) } ?? -1,
                order: UInt32(truncatingIfNeeded: count)))
    }

    /// Packs the rows that arrive before `time`, seconds.
    private mutating func pack(before time: Double) {
        if !isRecentInOrder {
            recent.sort { $0.comesBefore($1) }
            isRecentInOrder = true
        }
        let done = recent.firstIndex { $0.arrival >= time } ?? recent.count
        for request in recent[..<done] { packed.append(request) }
        recent.removeFirst(done)
    }

    /// Sorts what is not in order.
    ///
    /// - Throws: `InvalidInput`, whose `rule` is a sentence, where the trace cannot be replayed.
    mutating func finish() throws(InvalidInput) {
        if let refusal { throw refusal }
        guard count > 0 else {
            throw Self.failure(
                untimed > 0
                    ? "No row of the trace has an arrival time that can be read."
                    : "The trace has no column of arrival times: a replay needs one, called arrival_s or timestamp, say."
            )
        }
        guard untimed <= count else {
            throw Self.failure(
                "\(untimed) of \(untimed + count) rows have no arrival time that can be read, more than half.")
        }
        pack(before: .infinity)
        recent = []
    }

    /// What there is to say of the rows; nothing of what is as it should be.
    public var warnings: [Warning] {
        var warnings: [Warning] = []
        if unordered > 0 {
            warnings.append(
                Warning(
                    code: "sorted",
                    detail:
                        "\(unordered) rows arrive before a row above them, by up to \(Figure.short(farthest)) s; they are sorted. "
                        + "What is farther off than \(Figure.short(Self.window)) s is refused.", pointer: "/trace"))
        }
        if untimed > 0 {
            warnings.append(
                Warning(
                    code: "untimed",
                    detail:
                        "\(untimed) of \(untimed + count) rows have no arrival time that can be read and are left out.",
                    pointer: "/trace"))
        }
        if withoutOutput > 0 {
            warnings.append(
                Warning(
                    code: "output_assumed",
                    detail: "\(withoutOutput) requests have no output token and are replayed with one.",
                    pointer: "/trace"))
        }
        if overcached > 0 {
            warnings.append(
                Warning(
                    code: "cached_beyond_prompt",
                    detail:
                        "\(overcached) rows tell more cached tokens than their prompt has; the whole prompt counts as cached.",
                    pointer: "/trace"))
        }
        return warnings
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}
