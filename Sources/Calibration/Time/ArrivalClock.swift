/// Turns the times of a trace into microseconds that can be compared.
///
/// Dates count from 1970. Of numbers, the first one decides: from 1e8 on they count from 1970 too, in the unit that
/// their size tells; below, they count from some moment of the trace, in the unit that the column names, or in seconds.
struct ArrivalClock: Hashable, Sendable {
    /// What the times of a trace turned out to be.
    enum Kind: Hashable, Sendable {
        case dates
        case epoch(TimeUnit)
        /// `isAssumed` where nothing told the unit.
        case relative(TimeUnit, isAssumed: Bool)

        /// The unit of numbers; `nil` for dates.
        @inline(__always)
        var unit: TimeUnit? {
            switch self {
            case .dates: nil
            case .epoch(let unit), .relative(let unit, _): unit
            }
        }
    }

    /// What the column says of its unit, if anything.
    private let named: TimeUnit?
    /// Known from the first time on.
    private(set) var kind: Kind?
    /// The minute of the last date, as text and in microseconds: most dates are of the same minute as the one before.
    private var minute: (text: (UInt64, UInt64), microseconds: Int)?

    init(unit: TimeUnit? = nil) { named = unit }

    /// The moment that `text` names within `range`, in microseconds.
    ///
    /// - Returns: `nil` where it names none, or is not of the kind of the first one.
    @inline(always)
    mutating func read(_ text: Span<UInt8>, in range: Range<Int>) -> Int? {
        if let time = inSameMinute(text, range) { return time }
        if let kind, let number = Self.whole(text, range) { return Self.microseconds(number, kind) }
        return readOther(text.extracting(range))
    }

    private mutating func readOther(_ text: Span<UInt8>) -> Int? {
        switch TimeText(text) {
        case .date(let microseconds):
            if kind == nil { kind = .dates }
            guard kind == .dates else { return nil }
            remember(text)
            return microseconds
        case .number(let mantissa, let exponent):
            let kind = kind ?? Self.kind(mantissa, exponent, named)
            guard let unit = kind.unit,
                let microseconds = TimeText.microseconds(mantissa: mantissa, exponent: exponent, in: unit)
            else { return nil }
            self.kind = kind
            return microseconds
        case nil:
            return nil
        }
    }

    /// The number of a text of 1 to 15 digits and nothing else that has eight bytes, or twice as many, from its beginning on.
    @inline(__always)
    private static func whole(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let start = range.lowerBound
        guard 1...15 ~= range.count, start <= text.count - 8 else { return nil }
        let (count, value) = ByteLanes(text, at: start).digits
        if count == range.count { return value }
        guard count == 8, range.count > 8, start <= text.count - 16 else { return nil }
        let (further, low) = ByteLanes(text, at: start + 8).digits
        guard further == range.count - 8 else { return nil }
        var high = value
        for _ in 0..<further { high &*= 10 }
        return high &+ low
    }

    /// Microseconds of a whole number that is not negative, as ``TimeText/microseconds(mantissa:exponent:in:)`` has them.
    @inline(__always)
    private static func microseconds(_ number: Int, _ kind: Kind) -> Int? {
        switch kind.unit {
        case .seconds: number <= TimeText.limit / 1_000_000 ? number &* 1_000_000 : nil
        case .milliseconds: number <= TimeText.limit / 1000 ? number &* 1000 : nil
        case .microseconds: number <= TimeText.limit ? number : nil
        case .nanoseconds: number / 1000
        case nil: nil
        }
    }

    private static func kind(_ mantissa: Int, _ exponent: Int, _ named: TimeUnit?) -> Kind {
        var value = Double(mantissa)
        for _ in 0..<min(abs(exponent), 40) { value = exponent > 0 ? value * 10 : value / 10 }
        if let epoch = TimeUnit(epoch: value) {
            // A column may name its unit and still count from a moment of its own.
            guard let named, named != epoch else { return .epoch(epoch) }
            return .relative(named, isAssumed: false)
        }
        return .relative(named ?? .seconds, isAssumed: named == nil)
    }

    // MARK: Dates of one minute

    /// Reads seconds behind the minute of the last date, `:46.6805900`, if that is all that is new.
    @inline(always)
    private func inSameMinute(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let start = range.lowerBound
        let count = range.count
        guard let minute, 19...28 ~= count, ByteLanes(text, at: start).word == minute.text.0,
            ByteLanes(text, at: start + 8).word == minute.text.1, text[start + 16] == UInt8(ascii: ":")
        else { return nil }
        let (tens, ones) = (Int(text[start + 17] &- 0x30), Int(text[start + 18] &- 0x30))
        guard tens < 6, ones < 10 else { return nil }
        var microseconds = (tens * 10 + ones) * 1_000_000
        if count > 19 {
            // One to eight decimals, moved down to the lowest lanes.
            let decimals = count - 20
            guard decimals > 0, text[start + 19] == UInt8(ascii: ".") else { return nil }
            let word = ByteLanes(text, at: range.upperBound - 8).word >> UInt64(64 - 8 * decimals)
            let (digits, value) = ByteLanes(word: word).digits
            guard digits == decimals else { return nil }
            microseconds += Self.microseconds(value, decimals: decimals)
        }
        return minute.microseconds + microseconds
    }

    /// Microseconds, rounded down, of so many decimals of a second, 1…8.
    @inline(__always)
    private static func microseconds(_ value: Int, decimals: Int) -> Int {
        switch decimals {
        case 7: value / 10
        case 6: value
        case 3: value * 1000
        case 1: value * 100_000
        case 2: value * 10_000
        case 4: value * 100
        case 5: value * 10
        default: value / 100
        }
    }

    /// Remembers the minute of a date that has no zone.
    private mutating func remember(_ text: Span<UInt8>) {
        minute = nil
        guard text.count >= 19, text.count == 19 || text[19] == UInt8(ascii: "."), text[text.count - 1] &- 0x30 < 10,
            case .date(let microseconds) = TimeText(text.extracting(0..<16))
        else { return }
        minute = ((ByteLanes(text, at: 0).word, ByteLanes(text, at: 8).word), microseconds)
    }

    static func == (a: ArrivalClock, b: ArrivalClock) -> Bool { a.named == b.named && a.kind == b.kind }

    func hash(into hasher: inout Hasher) {
        hasher.combine(named)
        hasher.combine(kind)
    }
}
