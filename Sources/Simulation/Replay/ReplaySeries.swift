/// What happened over time, in parts of equal width. When there are too many, neighbours are joined and parts get twice as wide:
/// memory does not grow with the time.
public struct ReplaySeries: Sendable {
    /// What is true at one time.
    struct Gauges: Hashable, Sendable {
        var prefillInstances = 0
        var attentionInstances = 0
        var ffnInstances = 0
        /// For a slot, and for a prefill instance.
        var waiting = 0
        var waitingForPrefill = 0
        var inSlots = 0
    }

    struct Part: Sendable {
        var arrivals = 0
        /// At the end of the part; the most at the ends of those that were joined.
        var gauges = Gauges()
        var firstTokens = LogHistogram(bits: 7)
        var perToken = LogHistogram(bits: 7)

        mutating func join(_ next: Part) {
            arrivals += next.arrivals
            gauges.prefillInstances = max(gauges.prefillInstances, next.gauges.prefillInstances)
            gauges.attentionInstances = max(gauges.attentionInstances, next.gauges.attentionInstances)
            gauges.ffnInstances = max(gauges.ffnInstances, next.gauges.ffnInstances)
            gauges.waiting = max(gauges.waiting, next.gauges.waiting)
            gauges.waitingForPrefill = max(gauges.waitingForPrefill, next.gauges.waitingForPrefill)
            gauges.inSlots = max(gauges.inSlots, next.gauges.inSlots)
            firstTokens.merge(next.firstTokens)
            perToken.merge(next.perToken)
        }
    }

    /// Most parts.
    static let capacity = 256

    /// Width of a part, microseconds.
    private(set) var width: Double
    /// Those that have ended.
    private(set) var parts: [Part] = []
    private var current = Part()
    /// Where the current part ends.
    private(set) var end: Double

    init(width: Double) {
        self.width = width
        end = width
    }

    var arrivals: Int {
        get { current.arrivals }
        set { current.arrivals = newValue }
    }

    @inline(__always)
    mutating func firstToken(_ time: Double) { current.firstTokens.add(time) }

    @inline(__always)
    mutating func perToken(_ time: Double) { current.perToken.add(time) }

    /// Ends the parts that end at or before `time`.
    mutating func roll(to time: Double, _ gauges: Gauges) {
        while time >= end {
            current.gauges = gauges
            parts.append(current)
            current = Part()
            if parts.count == Self.capacity { join() }
            end = Double(parts.count + 1) * width
            // A time that is not told from its neighbours ends no part.
            if !(end + width > end) { end = .infinity }
        }
    }

    /// Ends the last part.
    mutating func finish(_ gauges: Gauges) {
        current.gauges = gauges
        parts.append(current)
    }

    private mutating func join() {
        for index in 0..<(parts.count / 2) {
            parts[index] = parts[2 * index]
            parts[index].join(parts[2 * index + 1])
        }
        parts.removeLast(parts.count / 2)
        width *= 2
    }
}
