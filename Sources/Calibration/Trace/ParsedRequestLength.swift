/// A length that was read by someone else as a number.
public struct ParsedRequestLength: Hashable, Sendable {
    private let value: Double

    public init(_ value: Double) { self.value = value }

    var parsed: ParsedLength {
        if !value.isFinite { return .unusable(.notANumber) }
        if value < 0 { return .unusable(.negative) }
        if value > Double(ParsedLength.maximum) { return .unusable(.tooLarge) }
        if value != value.rounded(.down) { return .unusable(.fractional) }
        return .tokens(Int(value))
    }
}
