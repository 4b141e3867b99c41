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
    }

    /// What the column says of its unit, if anything.
    private let named: TimeUnit?
    /// Known from the first time on.
    private(set) var kind: Kind?
    /// The minute of the last date, as text and in microseconds: most dates are of the same minute as the one before.
    private var minute: (text: (UInt64, UInt64), microseconds: Int)?

    init(unit: TimeUnit? = nil) { named = unit }

    /// The moment that `text` names, in microseconds.
    ///
    /// - Returns: `nil` where it names none, or is not of the kind of the first one.
    mutating func read(_ text: Span<UInt8>) -> Int? {
        if let time = inSameMinute(text) { return time }
        if let kind, 1...15 ~= text.count, let number = Self.whole(text) {
            return read(mantissa: number, exponent: 0, kind)
        }
        switch TimeText(text) {
        case .date(let microseconds):
            if kind == nil { kind = .dates }
            guard kind == .dates else { return nil }
            remember(text)
            return microseconds
        case .number(let mantissa, let exponent):
            return read(mantissa: mantissa, exponent: exponent)
        case nil:
            return nil
        }
    }

    private mutating func read(mantissa: Int, exponent: Int) -> Int? {
        let kind = kind ?? Self.kind(mantissa, exponent, named)
        guard let microseconds = read(mantissa: mantissa, exponent: exponent, kind) else { return nil }
        self.kind = kind
        return microseconds
    }

    @inline(__always)
    private func read(mantissa: Int, exponent: Int, _ kind: Kind) -> Int? {
        let unit: TimeUnit
        switch kind {
        case .dates: return nil
        case .epoch(let known), .relative(let known, _): unit = known
        }
        return TimeText.microseconds(mantissa: mantissa, exponent: exponent, in: unit)
    }

    /// The number of a text of 1 to 15 digits and nothing else.
    @inline(__always)
    private static func whole(_ text: Span<UInt8>) -> Int? {
        var value = 0
        for index in text.indices {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
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
    @inline(__always)
    private func inSameMinute(_ text: Span<UInt8>) -> Int? {
        let count = text.count
        guard let minute, 19...28 ~= count, ByteLanes(text, at: 0).word == minute.text.0,
            ByteLanes(text, at: 8).word == minute.text.1, text[16] == UInt8(ascii: ":")
        else { return nil }
        let (tens, ones) = (Int(text[17] &- 0x30), Int(text[18] &- 0x30))
        guard tens < 6, ones < 10 else { return nil }
        var microseconds = (tens * 10 + ones) * 1_000_000
        if count > 19 {
            // One to eight decimals, moved down to the lowest lanes.
            let decimals = count - 20
            guard decimals > 0, text[19] == UInt8(ascii: ".") else { return nil }
            let word = ByteLanes(text, at: count - 8).word >> UInt64(64 - 8 * decimals)
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
