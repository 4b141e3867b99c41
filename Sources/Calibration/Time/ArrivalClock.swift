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
    /// Whether every number so far was whole.
    private(set) var isWhole = true

    init(unit: TimeUnit? = nil) { named = unit }

    /// The moment that `text` names, in microseconds.
    ///
    /// - Returns: `nil` where it names none, or is not of the kind of the first one.
    mutating func read(_ text: Span<UInt8>) -> Int? {
        switch TimeText(text) {
        case .date(let microseconds):
            if kind == nil { kind = .dates }
            return kind == .dates ? microseconds : nil
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
        if exponent < 0, !Self.isWhole(mantissa, exponent) { isWhole = false }
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

    private static func isWhole(_ mantissa: Int, _ exponent: Int) -> Bool {
        var rest = mantissa
        for _ in 0..<min(-exponent, 20) {
            guard rest % 10 == 0 else { return false }
            rest /= 10
        }
        return true
    }
}
