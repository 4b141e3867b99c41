/// Finds where records end, across any split of the input: lines, CSV records with quoted line ends, elements of a JSON array, or JSON
/// values after each other.
///
/// It looks at bytes one at a time and keeps only a few bits between them; the bytes themselves stay with the caller.
struct RecordSplitter: Sendable {
    /// What the byte just looked at means.
    enum Verdict {
        /// Part of a record (or a blank between two).
        case more
        /// The end of a record, not part of it.
        case end
        /// The last byte of a record.
        case lastByte
        /// The end of the whole, after which only blanks may come.
        case last
        /// No such thing may stand here.
        case illegal
    }

    private enum State: Sendable {
        /// In a line.
        case line
        /// At the start of a CSV field, where a quote opens.
        case fieldStart
        case quoted
        /// After a quote within quotes: another one means a quote, anything else that they closed.
        case closed
        /// Before the bracket of a JSON array.
        case arrayStart
        /// In an element, not in a string.
        case element
        case string
        case escaped
        case arrayEnd
        /// Between JSON values after each other.
        case between
        /// In text that is not a JSON value, to the end of the line.
        case junk
    }

    private var state: State
    private let isQuoted: Bool
    private var isValues = false
    private var depth = 0
    /// Line ends within quotes so far.
    private(set) var quotedLineEnds = 0
    private(set) var delimiter: UInt8 = UInt8(ascii: ",")

    init(_ format: TraceFormat) {
        isQuoted = format == .csv
        switch format {
        case .csv: state = .fieldStart
        case .jsonLines: state = .line
        case .jsonRows: state = .arrayStart
        }
    }

    /// Of JSON objects after each other, over as many lines as they like.
    static var values: RecordSplitter {
        var splitter = RecordSplitter(.jsonLines)
        splitter.state = .between
        splitter.isValues = true
        return splitter
    }

    /// Of the elements of a JSON array; what stands before its bracket is an empty record.
    static var elements: RecordSplitter { RecordSplitter(.jsonRows) }

    /// Whether the input may end here.
    var isComplete: Bool {
        switch state {
        case .line, .fieldStart, .closed, .arrayEnd, .between, .junk: true
        case .quoted, .arrayStart, .element, .string, .escaped: false
        }
    }

    mutating func setDelimiter(_ byte: UInt8) { delimiter = byte }

    /// The first index from `start` on that ends a record, with its verdict, or the end of `bytes` with `.more`.
    mutating func scan(_ bytes: Span<UInt8>, from start: Int) -> (index: Int, verdict: Verdict) {
        var index = start
        let count = bytes.count
        if state == .line && !isQuoted {
            index = ByteLanes.firstIndex(of: 0x0A, or: 0x0A, in: bytes, from: index)
            return (index, index < count ? .end : .more)
        }
        while index < count {
            if state == .line {
                // The inside of a CSV field that is not quoted.
                index = ByteLanes.firstIndex(of: delimiter, or: 0x0A, in: bytes, from: index)
                guard index < count else { return (index, .more) }
            }
            let verdict = take(bytes[index])
            if verdict != .more { return (index, verdict) }
            index += 1
        }
        return (index, .more)
    }

    private mutating func take(_ byte: UInt8) -> Verdict {
        switch state {
        case .line, .fieldStart, .closed:
            if byte == 0x0A {
                state = .fieldStart
                return .end
            }
            if byte == delimiter {
                state = .fieldStart
            } else if byte == UInt8(ascii: "\""), state != .line {
                state = .quoted
            } else {
                state = .line
            }
        case .quoted:
            if byte == UInt8(ascii: "\"") { state = .closed }
            if byte == 0x0A { quotedLineEnds += 1 }
        case .arrayStart:
            guard byte == UInt8(ascii: "[") else { return Self.isBlank(byte) ? .more : .illegal }
            state = .element
            return .end
        case .element:
            switch byte {
            case UInt8(ascii: "\""): state = .string
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if isValues, depth == 0 { return endValue() }
            case UInt8(ascii: "]"):
                guard depth == 0 else {
                    depth -= 1
                    if isValues, depth == 0 { return endValue() }
                    break
                }
                state = .arrayEnd
                return .last
            case UInt8(ascii: ","): if depth <= 0 { return .end }
            default: break
            }
            if depth < 0 { return .illegal }
        case .string:
            if byte == UInt8(ascii: "\"") { state = .element }
            if byte == UInt8(ascii: "\\") { state = .escaped }
        case .escaped: state = .string
        case .arrayEnd: return Self.isBlank(byte) ? .more : .illegal
        case .between:
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                state = .element
                depth = 1
            } else if !Self.isBlank(byte) {
                state = .junk
            }
        case .junk:
            if byte == 0x0A {
                state = .between
                return .end
            }
        }
        return .more
    }

    private mutating func endValue() -> Verdict {
        state = .between
        return .lastByte
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0xEF || byte == 0xBB || byte == 0xBF
    }
}

/// Finds the end of a JSON value, across any split of the text.
public struct JSONValueEnd: Sendable {
    private var splitter = RecordSplitter.values

    public init() {}

    /// Behind the last byte of the value, an object or an array; `nil` where it goes on beyond `bytes`.
    ///
    /// - Parameters:
    ///   - start: where the bytes begin that were not looked at yet.
    ///   - bytes: the text.
    public mutating func find(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let (index, verdict) = splitter.scan(bytes, from: start)
        return verdict == .more ? nil : verdict == .lastByte ? index + 1 : index
    }
}
