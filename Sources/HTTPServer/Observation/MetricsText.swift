/// Writes metrics in the Prometheus text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
public struct MetricsText {
    /// The value of `Content-Type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public enum Kind: String {
        case counter, gauge, histogram
    }

    public private(set) var text = ""

    public init() {}

    /// Begins a family: all its samples follow at once.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    public mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Int) {
        write(name, labels, String(value))
    }

    public mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        write(name, labels, Self.number(value))
    }

    /// A family of one sample without labels.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help)
        sample(name, [], value)
    }

    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// The samples of one histogram: cumulative buckets up to `+Inf`, sum and count.
    mutating func histogram(_ name: String, _ labels: [(String, String)], _ value: DurationHistogram) {
        var below = 0
        for (bound, count) in zip(DurationHistogram.bounds, value.counts) {
            below += count
            sample(name + "_bucket", labels + [("le", Self.number(bound.seconds))], below)
        }
        sample(name + "_bucket", labels + [("le", "+Inf")], value.count)
        sample(name + "_sum", labels, value.sum)
        sample(name + "_count", labels, value.count)
    }

    private mutating func write(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, (key, value)) in labels.enumerated() {
                if index > 0 { text += "," }
                text += "\(key)=\"\(Self.escaped(value, quotes: true))\""
            }
            text += "}"
        }
        text += " \(value)\n"
    }

    /// Go's ParseFloat reads what Swift prints, but for the infinities and NaN.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
