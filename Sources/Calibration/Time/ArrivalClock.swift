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
        let unit: TimeUnit
        switch kind {
        case .dates: return nil
        case .epoch(let known), .relative(let known, _): unit = known
        }
        guard let microseconds = TimeText.microseconds(mantissa: mantissa, exponent: exponent, in: unit) else {
            return nil
        }
        self.kind = kind
        return microseconds
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
    private func inSameMinute(_ text: Span<UInt8>) -> Int? {
        guard let minute, 19...29 ~= text.count, Self.head(text) == minute.text, text[16] == UInt8(ascii: ":") else {
            return nil
        }
        let (tens, ones) = (Int(text[17]) - 0x30, Int(text[18]) - 0x30)
        guard 0...5 ~= tens, 0...9 ~= ones else { return nil }
        var microseconds = (tens * 10 + ones) * 1_000_000
        if text.count > 19 {
            guard text[19] == UInt8(ascii: "."), text.count > 20 else { return nil }
            var place = 100_000
            for index in 20..<text.count {
                let digit = Int(text[index]) - 0x30
                guard 0...9 ~= digit else { return nil }
                microseconds += place * digit
                place /= 10
            }
        }
        return minute.microseconds + microseconds
    }

    /// Remembers the minute of a date that has no zone.
    private mutating func remember(_ text: Span<UInt8>) {
        minute = nil
        guard text.count >= 19, text.count == 19 || text[19] == UInt8(ascii: "."), text[text.count - 1] &- 0x30 < 10,
            case .date(let microseconds) = TimeText(text.extracting(0..<16))
        else { return }
        minute = (Self.head(text), microseconds)
    }

    /// The first 16 bytes.
    private static func head(_ text: Span<UInt8>) -> (UInt64, UInt64) {
        var head = (UInt64(0), UInt64(0))
        for index in 0..<8 {
            head.0 = head.0 << 8 | UInt64(text[index])
            head.1 = head.1 << 8 | UInt64(text[index + 8])
        }
        return head
    }

    static func == (a: ArrivalClock, b: ArrivalClock) -> Bool { a.named == b.named && a.kind == b.kind }

    func hash(into hasher: inout Hasher) {
        hasher.combine(named)
        hasher.combine(kind)
    }
}
