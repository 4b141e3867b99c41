/// The unit that numbers of a column of times are in.
public enum TimeUnit: String, Hashable, Sendable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"

    /// For sentences.
    var name: String {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        }
    }

    /// Powers of ten from this unit to microseconds.
    var microsecondsExponent: Int {
        switch self {
        case .seconds: 6
        case .milliseconds: 3
        case .microseconds: 0
        case .nanoseconds: -3
        }
    }

    /// The unit that a column names as the last word of its title, as in `arrival_ms`, `latency_us`, `Time (ns)` or `latency[s]`.
    public init?(titled title: String) {
        // Only ASCII letters and digits tell words apart.
        let words = title.utf8.split { byte in
            !(0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20 || byte >= 0x80)
        }
        guard words.count >= 2, let last = words.last else { return nil }
        self.init(word: String(decoding: last.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self))
    }

    /// The unit that a word in lower case names.
    init?(word: String) {
        switch word {
        case "s", "sec", "secs", "second", "seconds": self = .seconds
        case "ms", "msec", "millis", "millisecond", "milliseconds": self = .milliseconds
        case "us", "usec", "micros", "microsecond", "microseconds", "µs", "μs": self = .microseconds
        case "ns", "nsec", "nanos", "nanosecond", "nanoseconds": self = .nanoseconds
        default: return nil
        }
    }

    /// The unit of a time since 1970, by its size: today is about 1.7e9 s, 1.7e12 ms, 1.7e15 µs, 1.7e18 ns.
    ///
    /// - Returns: `nil` below 1e8, where the number is taken to count from some other moment.
    init?(epoch value: Double) {
        switch abs(value) {
        case 1e8..<1e11: self = .seconds
        case 1e11..<1e14: self = .milliseconds
        case 1e14..<1e17: self = .microseconds
        case 1e17...: self = .nanoseconds
        default: return nil
        }
    }
}
