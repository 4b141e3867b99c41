import Text

/// How the lengths go from row to row: tells counters, and a last row that is the sum of the others.
struct LengthCourse: Hashable, Sendable {
    private var rows = 0
    private var last = (prefill: 0, output: 0)
    /// Sums of all rows; they wrap beyond 2^63, after 9e9 rows of the longest length.
    private var sums = (prefill: 0, output: 0)
    /// Steps at which both lengths rise, and at which both fall to less than a tenth.
    private var rises = 0
    private var resets = 0
    /// Whether the two ever go another way: then they are no counters.
    private var isFree = false

    @inline(__always)
    mutating func add(prefill: Int, output: Int) {
        if !isFree, rows > 0 { step(prefill, output) }
        rows += 1
        last = (prefill, output)
        sums.prefill &+= prefill
        sums.output &+= output
    }

    private mutating func step(_ prefill: Int, _ output: Int) {
        if prefill > last.prefill, output > last.output {
            rises += 1
        } else if prefill < last.prefill / 10, output < last.output / 10 {
            resets += 1
        } else if prefill < last.prefill || output < last.output {
            isFree = true
        }
    }

    /// Whether the last row is the sum of all those before it.
    var endsInTotal: Bool {
        rows >= 3 && last.prefill > 0 && last.output > 0 && sums.prefill == 2 &* last.prefill
            && sums.output == 2 &* last.output
    }

    /// Whether both lengths grow from row to row, as counters do; `nil` where they do not.
    var warning: Warning? {
        let steps = rows - 1
        guard !isFree, steps >= 4, 2 * rises >= steps, resets <= max(1, steps / 10) else { return nil }
        return Warning(
            code: "lengths_only_grow",
            detail:
                "Both lengths only grow from row to row, over \(rows) rows: these look like cumulative counters of a service and not like "
                + "requests. Give a row for each request, or histograms of the lengths.", pointer: "/requests")
    }

    static func == (a: LengthCourse, b: LengthCourse) -> Bool {
        a.rows == b.rows && a.last == b.last && a.sums == b.sums && a.rises == b.rises && a.resets == b.resets
    }

    func hash(into hasher: inout Hasher) { hasher.combine(rows) }
}
