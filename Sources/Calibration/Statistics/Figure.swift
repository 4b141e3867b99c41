/// Numbers in sentences for people.
enum Figure {
    /// Three to four significant digits: `0.00318`, `12.5`, `5345`, `1.2e9`.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        let size = abs(value)
        if size >= 1e7 || size < 1e-5 {
            var exponent = 0
            var scaled = size
            while scaled >= 9.995 { (scaled, exponent) = (scaled / 10, exponent + 1) }
            while scaled < 0.9995 { (scaled, exponent) = (scaled * 10, exponent - 1) }
            return (value < 0 ? "-" : "") + decimal(scaled, places: 2) + "e\(exponent)"
        }
        var places = 0
        var scaled = size
        while scaled < 99.95, places < 8 { (scaled, places) = (scaled * 10, places + 1) }
        return (value < 0 ? "-" : "") + decimal(size, places: places)
    }

    /// A load: whole up to 1e15, as `2560`.
    static func load(_ value: Double) -> String {
        abs(value) < 1e15 && value == value.rounded() ? "\(Int(value))" : short(value)
    }

    /// `65.1 %`, of a fraction.
    static func percent(_ fraction: Double) -> String {
        fraction.isFinite && abs(fraction) < 1e6
            ? (fraction < 0 ? "-" : "") + decimal(abs(fraction) * 100, places: 1) + " %" : "\(fraction * 100) %"
    }

    /// Rounded to at most `places` decimal places, without zeros at the end; 0 ≤ value < 1e8, places ≤ 8.
    private static func decimal(_ value: Double, places: Int) -> String {
        var power = 1
        for _ in 0..<places { power *= 10 }
        let scaled = Int((value * Double(power)).rounded())
        let whole = scaled / power
        var rest = scaled % power
        guard rest != 0 else { return "\(whole)" }
        var digits = places
        while rest % 10 == 0 { (rest, digits) = (rest / 10, digits - 1) }
        let text = "\(rest)"
        return "\(whole)." + String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
