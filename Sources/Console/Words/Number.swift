/// Numbers as people read them: rounded, grouped, with their unit.
enum Number {
    /// What stands for a number that is not defined.
    static let none = "-"

    /// A thousand and more whole and grouped, less with four significant digits.
    static func text(_ value: Double?) -> String {
        guard let value, value.isFinite else { return none }
        if abs(value) >= 999.95 { return grouped(value) }
        return significant(value, 4)
    }

    /// With so many significant digits, trailing zeros aside.
    static func significant(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return none }
        guard value != 0 else { return "0" }
        var places = digits - 1
        var magnitude = abs(value)
        while magnitude >= 10, places > -18 {
            magnitude /= 10
            places -= 1
        }
        while magnitude < 1, places < 18 {
            magnitude *= 10
            places += 1
        }
        if places <= 0 { return grouped(value) }
        return trimmed(fixed(value, places))
    }

    /// For a sentence: 719 thousand, 1.2 million.
    static func spoken(_ value: Double?) -> String {
        guard let value, value.isFinite else { return none }
        for (unit, name) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")] {
            // 10 thousand and more; below, the digits are as short.
            if abs(value) >= (unit == 1e3 ? 9_999.5 : unit * 0.9995) {
                return "\(significant(value / unit, 3)) \(name)"
            }
        }
        return text(value)
    }

    /// A fraction as "6.3 %".
    static func percent(_ fraction: Double?) -> String {
        guard let fraction, fraction.isFinite else { return none }
        let percent = fraction * 100
        if abs(percent) >= 99.95 { return "\(grouped(percent)) %" }
        if percent != 0, abs(percent) < 0.05 { return percent > 0 ? "< 0.1 %" : "> -0.1 %" }
        return "\(fixed(percent, 1)) %"
    }

    /// A time given in microseconds, in the unit that suits it.
    static func time(microseconds: Double?) -> String {
        guard let microseconds, microseconds.isFinite else { return none }
        let magnitude = abs(microseconds)
        if magnitude < 999.95 { return "\(significant(microseconds, 4)) µs" }
        if magnitude < 999_950 { return "\(significant(microseconds / 1e3, 4)) ms" }
        return duration(seconds: microseconds / 1e6)
    }

    static func time(milliseconds: Double?) -> String { time(microseconds: milliseconds.map { $0 * 1e3 }) }

    static func duration(seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return none }
        if abs(seconds) < 120 { return "\(significant(seconds, 4)) s" }
        if abs(seconds) < 7200 { return "\(significant(seconds / 60, 3)) min" }
        return "\(significant(seconds / 3600, 3)) h"
    }

    /// Whole, in groups of three digits.
    static func grouped(_ value: Double) -> String {
        let rounded = abs(value).rounded()
        guard rounded < 1e18 else { return "\(value)" }
        let digits = Array("\(Int(rounded))")
        var text = value < 0 && rounded > 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// With so many decimals, at most 18.
    static func fixed(_ value: Double, _ places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e18 else { return grouped(value) }
        var digits = "\(Int(scaled))"
        if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
        let point = digits.index(digits.endIndex, offsetBy: -places)
        let whole = digits[..<point]
        let text = places > 0 ? "\(whole).\(digits[point...])" : String(whole)
        return value < 0 && scaled > 0 ? "-" + text : text
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
