/// How a line of the log looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `time level message key=value …`, values quoted where they need it.
    case text
}

/// The name of a value in the log, as each format writes it in front of the value.
struct LogKey {
    /// `,"name":`
    let json: StaticString
    /// ` name=`
    let text: StaticString
}

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
        begin(time, level, message)
    }

    /// Begins a line in memory that is only used for lines of this format, level and message.
    init(
        _ format: LogFormat, time: Timestamp, level: StaticString, message: String, in storage: inout LineStorage
    ) {
        self.format = format
        swap(&bytes, &storage.bytes)
        if storage.time == time, bytes.count >= storage.beginning {
            bytes.removeLast(bytes.count - storage.beginning)
            return
        }
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(384)
        begin(time, level, message)
        storage.time = time
        storage.beginning = bytes.count
    }

    private mutating func begin(_ time: Timestamp, _ level: StaticString, _ message: String) {
        switch format {
        case .json:
            bytes.append(utf8: "{\"time\":\"")
            time.append(to: &bytes)
            bytes.append(utf8: "\",\"level\":\"")
            bytes.append(utf8: level)
            bytes.append(utf8: "\",\"message\":")
            appendQuoted(message)
        case .text:
            time.append(to: &bytes)
            bytes.append(.space)
            bytes.append(utf8: level)
            bytes.append(.space)
            appendPlainOrQuoted(message, allowsSpace: true)
        }
    }

    mutating func add(_ key: LogKey, _ value: String) {
        begin(key)
        appendValue(value)
    }

    mutating func add(_ key: LogKey, _ value: StaticString) {
        begin(key)
        value.withUTF8Buffer { appendValue($0) }
    }

    /// - Parameter value: UTF-8.
    mutating func add(_ key: LogKey, _ value: ArraySlice<UInt8>) {
        begin(key)
        value.withUnsafeBufferPointer { appendValue($0) }
    }

    /// A number of 64 bits in hexadecimal digits, or of 128.
    mutating func add(_ key: LogKey, hexadecimal number: UInt64, _ low: UInt64? = nil) {
        begin(key)
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
        bytes.append(hexadecimal: number, digits: 16)
        if let low { bytes.append(hexadecimal: low, digits: 16) }
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
    }

    mutating func add(_ key: LogKey, _ address: PeerAddress) {
        begin(key)
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
        address.appendHost(to: &bytes)
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
    }

    mutating func add(_ key: LogKey, _ value: Int) {
        begin(key)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(decimal: value.magnitude)
    }

    mutating func add(_ key: LogKey, _ value: Bool) {
        begin(key)
        bytes.append(utf8: value ? "true" : "false")
    }

    /// A key that is not known when the program is built.
    mutating func add(key: String, _ value: String) {
        switch format {
        case .json:
            bytes.append(UInt8(ascii: ","))
            appendQuoted(key)
            bytes.append(UInt8(ascii: ":"))
        case .text:
            bytes.append(.space)
            appendPlainOrQuoted(key, allowsSpace: false)
            bytes.append(UInt8(ascii: "="))
        }
        appendValue(value)
    }

    /// The line with its end. Taken out, so that whoever builds the next one in it is its only owner.
    mutating func finish() -> [UInt8] {
        bytes.append(utf8: format == .json ? "}\n" : "\n")
        var line: [UInt8] = []
        swap(&line, &bytes)
        return line
    }

    private mutating func begin(_ key: LogKey) {
        switch format {
        case .json: bytes.append(utf8: key.json)
        case .text: bytes.append(utf8: key.text)
        }
    }

    private mutating func appendValue(_ value: String) {
        if value.utf8.withContiguousStorageIfAvailable({ appendValue($0) }) != nil { return }
        appendEscaped(value)
    }

    private mutating func appendEscaped(_ value: String) {
        switch format {
        case .json: appendQuoted(value)
        case .text: appendPlainOrQuoted(value, allowsSpace: false)
        }
    }

    /// As ``appendValue(_:)`` for a string, without one where nothing needs an escape.
    private mutating func appendValue(_ value: UnsafeBufferPointer<UInt8>) {
        guard value.allSatisfy(Self.needsNoEscape) else {
            return appendEscaped(String(decoding: value, as: UTF8.self))
        }
        switch format {
        case .json:
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: value)
            bytes.append(UInt8(ascii: "\""))
        case .text:
            let isPlain = !value.isEmpty && value.allSatisfy { $0 != UInt8(ascii: "=") && $0 != 0x20 }
            if !isPlain { bytes.append(UInt8(ascii: "\"")) }
            bytes.append(contentsOf: value)
            if !isPlain { bytes.append(UInt8(ascii: "\"")) }
        }
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
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        // Nearly always.
        if text.utf8.allSatisfy(Self.needsNoEscape) {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(utf8: "\\\"")
            case "\\": bytes.append(utf8: "\\\\")
            case "\n": bytes.append(utf8: "\\n")
            case "\r": bytes.append(utf8: "\\r")
            case "\t": bytes.append(utf8: "\\t")
            // Control characters, those of Latin-1 included, and what some readers take for the end of a line.
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                bytes.append(utf8: "\\u")
                bytes.append(hexadecimal: UInt64(scalar.value), digits: 4)
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }
}

/// Memory in which one line of the log after the other is built. Lines of the same millisecond begin alike, and so does a line
/// with what is left here of the one before.
struct LineStorage {
    /// The last line.
    var bytes: [UInt8] = []
    /// The time at which it begins; nil where it cannot be begun with.
    var time: Timestamp?
    /// Bytes of its beginning: everything up to the message.
    var beginning = 0
}
