/// The bounds of a range for people.
public enum RangeText {
    /// `0 to 1e9`: whole numbers as such, powers of ten from a million on by their exponent.
    public static func of(_ range: ClosedRange<Double>) -> String {
        "\(text(range.lowerBound)) to \(text(range.upperBound))"
    }

    private static func text(_ bound: Double) -> String {
        if abs(bound) >= 1e6, let exponent = exactPowerOfTen(abs(bound)) {
            return (bound < 0 ? "-1e" : "1e") + "\(exponent)"
        }
        return bound == bound.rounded() && abs(bound) < 1e15 ? "\(Int(bound))" : "\(bound)"
    }

    private static func exactPowerOfTen(_ value: Double) -> Int? {
        var power = 1.0
        for exponent in 0...22 {
            if power == value { return exponent }
            power *= 10
        }
        return nil
    }
}
