/// Builds one line of the log, in either format.
///
/// Whatever is put in, the result is one line: control characters, quotes and backslashes are escaped, in both formats
/// as JSON does it (RFC 8259 section 7). Thus nothing that a client sends can forge a line or a field.
struct LogLine {
    private(set) var bytes: [UInt8] = []
    private let format: LogFormat

    init(_ format: LogFormat, time: Timestamp, level: StaticString, message: String) {
        self.format = format
        bytes.reserveCapacity(384)
        switch format {
        case .json:
            append("{\"time\":\"")
            time.append(to: &bytes)
            append("\",\"level\":\"")
            append(level)
            append("\",\"message\":")
            appendQuoted(message)
        case .text:
            time.append(to: &bytes)
            append(" ")
            append(level)
            append(" ")
            appendPlainOrQuoted(message, allowsSpace: true)
        }
    }

    mutating func add(_ key: StaticString, _ value: String) {
        begin(key)
        appendValue(value)
    }

    mutating func add(_ key: StaticString, _ value: Int) {
        begin(key)
        if value < 0 { append("-") }
        bytes.append(decimal: value.magnitude)
    }

    mutating func add(_ key: StaticString, _ value: Bool) {
        begin(key)
        append(value ? "true" : "false")
    }

    /// A key that is not known when the program is built.
    mutating func add(key: String, _ value: String) {
        switch format {
        case .json:
            append(",")
            appendQuoted(key)
            append(":")
        case .text:
            append(" ")
            appendPlainOrQuoted(key, allowsSpace: false)
            append("=")
        }
        appendValue(value)
    }

    /// The line with its end.
    consuming func finished() -> [UInt8] {
        append(format == .json ? "}\n" : "\n")
        return bytes
    }

    private mutating func begin(_ key: StaticString) {
        switch format {
        case .json:
            append(",\"")
            append(key)
            append("\":")
        case .text:
            append(" ")
            append(key)
            append("=")
        }
    }

    private mutating func appendValue(_ value: String) {
        switch format {
        case .json: appendQuoted(value)
        case .text: appendPlainOrQuoted(value, allowsSpace: false)
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// As it is where all of it is printable ASCII and nothing could be mistaken for syntax.
    private mutating func appendPlainOrQuoted(_ text: String, allowsSpace: Bool) {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                Self.needsNoEscape(byte) && byte != UInt8(ascii: "=") && (byte != 0x20 || allowsSpace)
            }
        if isPlain { bytes.append(contentsOf: text.utf8) } else { appendQuoted(text) }
    }

    /// Printable ASCII without quotes and backslashes.
    private static func needsNoEscape(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func appendQuoted(_ text: String) {
        append("\"")
        defer { append("\"") }
        // Nearly always.
        if text.utf8.allSatisfy(Self.needsNoEscape) {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            // Control characters, those of Latin-1 included, and what some readers take for the end of a line.
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                append("\\u")
                bytes.append(hexadecimal: UInt64(scalar.value), digits: 4)
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }
}
