import Text

/// One value of a metric.
public struct MetricSample: Hashable, Sendable {
    /// As written, with its suffix: `vllm:request_prompt_tokens_bucket`.
    public var name: String
    /// By name.
    public var labels: [String: String]
    public var value: Double

    public init(name: String, labels: [String: String], value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

/// A line of the Prometheus text format (version 0.0.4) or of OpenMetrics 1.0.
///
/// `name{label="value"} 12.5 1700000000`: a timestamp may follow, and an exemplar after ` # `, which are checked and not kept. A name in
/// quotes within the braces, as Prometheus 3 writes those with other characters, is a name too.
enum MetricLine: Hashable {
    /// Blank, or a comment: `# HELP`, `# TYPE` and the like.
    case nothing
    /// `# EOF`, with which OpenMetrics ends.
    case end
    case sample(MetricSample)

    /// More labels than this are refused.
    static let mostLabels = 64

    /// - Throws: `InvalidInput` with what is wrong with the line; it does not name the line.
    init(_ line: some RandomAccessCollection<UInt8>) throws(InvalidInput) {
        var scanner = MetricScanner(Array(line))
        scanner.skipBlanks()
        guard let first = scanner.peek else {
            self = .nothing
            return
        }
        if first == UInt8(ascii: "#") {
            self = scanner.isEnd ? .end : .nothing
            return
        }
        self = .sample(try scanner.sample())
    }

    /// The metric and the labels of a selector: `name` or `name{label="value"}`.
    static func selector(_ text: String) throws(InvalidInput) -> (name: String, labels: [String: String]) {
        var scanner = MetricScanner(Array(text.utf8))
        scanner.skipBlanks()
        let (name, labels) = try scanner.series()
        scanner.skipBlanks()
        guard scanner.peek == nil else { throw MetricScanner.fault("has more behind the metric's name and labels") }
        return (name, labels)
    }
}

/// Reads the parts of a line from left to right.
private struct MetricScanner {
    private let bytes: [UInt8]
    private var index = 0

    /// Longer numbers are refused.
    private static let longestNumber = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func fault(_ rule: String) -> InvalidInput { InvalidInput(field: "", rule: rule) }

    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Whether this is the comment `# EOF`.
    var isEnd: Bool {
        let rest = bytes[index...]
        guard rest.starts(with: Array("# EOF".utf8)) else { return false }
        return rest.dropFirst(5).allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { index += 1 }
    }

    /// A whole line that is no comment.
    mutating func sample() throws(InvalidInput) -> MetricSample {
        let (name, labels) = try series()
        guard let byte = peek, byte == 0x20 || byte == 0x09 else {
            throw Self.fault("is no metric: a value must follow the name and its labels")
        }
        skipBlanks()
        let value = try number("value")
        skipBlanks()
        if let byte = peek, byte != UInt8(ascii: "#") {
            _ = try number("timestamp")
            skipBlanks()
        }
        if peek == UInt8(ascii: "#") { try exemplar() }
        guard peek == nil else { throw Self.fault("has more than a value and a timestamp") }
        return MetricSample(name: name, labels: labels, value: value)
    }

    /// `name`, `name{…}` or `{"name", …}`.
    mutating func series() throws(InvalidInput) -> (name: String, labels: [String: String]) {
        var name = word(withColon: true)
        var labels: [String: String] = [:]
        let end = index
        skipBlanks()
        if peek == UInt8(ascii: "{") {
            index += 1
            try readLabels(&labels, &name)
        } else {
            index = end
        }
        guard !name.isEmpty else { throw Self.fault("does not begin with the name of a metric") }
        return (name, labels)
    }

    /// ` # {labels} value [timestamp]`.
    private mutating func exemplar() throws(InvalidInput) {
        index += 1
        skipBlanks()
        guard peek == UInt8(ascii: "{") else { throw Self.fault("has no labels in its exemplar") }
        index += 1
        var labels: [String: String] = [:]
        var name = "exemplar"
        try readLabels(&labels, &name)
        skipBlanks()
        _ = try number("exemplar")
        skipBlanks()
        if peek != nil { _ = try number("timestamp") }
        skipBlanks()
    }

    /// What stands behind an opening brace, and the closing one.
    private mutating func readLabels(_ labels: inout [String: String], _ name: inout String) throws(InvalidInput) {
        while true {
            skipBlanks()
            if peek == UInt8(ascii: "}") {
                index += 1
                return
            }
            let isQuoted = peek == UInt8(ascii: "\"")
            let key = isQuoted ? try quoted() : word(withColon: false)
            skipBlanks()
            if isQuoted, name.isEmpty, peek != UInt8(ascii: "=") {
                name = key
            } else {
                guard !key.isEmpty, peek == UInt8(ascii: "=") else {
                    throw Self.fault("has a label without name and =")
                }
                index += 1
                skipBlanks()
                guard peek == UInt8(ascii: "\"") else { throw Self.fault("has a label whose value is not in quotes") }
                guard labels.updateValue(try quoted(), forKey: key) == nil else {
                    throw Self.fault("has the label \(key.prefix(40)) twice")
                }
                guard labels.count <= MetricLine.mostLabels else {
                    throw Self.fault("has more than \(MetricLine.mostLabels) labels")
                }
            }
            skipBlanks()
            if peek == UInt8(ascii: ",") {
                index += 1
            } else if peek != UInt8(ascii: "}") {
                throw Self.fault("has labels without a comma between or a brace behind")
            }
        }
    }

    /// Letters, digits and `_`, not beginning with a digit; empty where there are none.
    private mutating func word(withColon: Bool) -> String {
        let start = index
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > start: break
            case UInt8(ascii: ":") where withColon: break
            default: return String(decoding: bytes[start..<index], as: UTF8.self)
            }
            index += 1
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// A string in quotes with `\\`, `\"` and `\n`.
    private mutating func quoted() throws(InvalidInput) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = peek {
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            switch peek {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(bytes[index])
            default: throw Self.fault("has a backslash in a label that escapes nothing")
            }
            index += 1
        }
        throw Self.fault("has a quote that does not end")
    }

    private mutating func number(_ what: String) throws(InvalidInput) -> Double {
        let start = index
        while let byte = peek, byte > 0x20, byte < 0x7F { index += 1 }
        guard index > start, index - start <= Self.longestNumber, let number = MetricNumber(bytes[start..<index]) else {
            throw Self.fault("has a \(what) that is no number")
        }
        return number.value
    }
}

/// A number as Prometheus writes it: decimal digits, `+Inf`, `-Inf`, `NaN`.
public struct MetricNumber: Hashable, Sendable {
    public let value: Double

    public init?(_ bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text.lowercased() {
        case "+inf", "inf": value = .infinity
        case "-inf": value = -.infinity
        case "nan": value = .nan
        default:
            guard bytes.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text) else {
                return nil
            }
            value = number
        }
    }
}
