/// Takes a body of `multipart/form-data` apart (RFC 7578; its delimiters are those of RFC 2046, section 5.1.1).
///
/// Pure: bytes come in pieces of any size, and what they bring goes out as events. It holds a header section and the beginning of a
/// delimiter, never a part: what it keeps is bounded, whatever comes. After an error it must not be fed further.
public struct MultipartParser: Sendable {
    public enum Event: Hashable, Sendable {
        /// A part begins.
        case part(MultipartPart)
        /// The next bytes of its content; not empty.
        case data([UInt8])
        /// The part is complete.
        case end
    }

    /// Most parts of a body.
    public static let maximumParts = 64
    /// The longest header section of a part, and the most spaces and tabs behind a delimiter, in bytes.
    public static let maximumHeader = 8192
    public static let maximumPadding = 256

    private enum State {
        /// Before the first delimiter; what stands there is ignored.
        case preamble
        case content
        /// Behind a delimiter: two hyphens close the body, a line end begins a part.
        case afterDelimiter
        case closingHyphen
        case padding
        case lineFeed
        case header
        /// Behind the closing delimiter; what stands there is ignored.
        case epilogue
    }

    /// CRLF, two hyphens, the boundary.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// Bytes of the delimiter that the last bytes agree with, and those of them that are no content: the line end before the body,
    /// and that of an empty part's header section.
    private var matched = 2
    private var foreign = 2
    private var header: [UInt8] = []
    private var padding = 0
    private var parts = 0

    public init(_ boundary: MultipartBoundary) { delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + boundary.bytes }

    /// Takes the next bytes.
    ///
    /// - Parameters:
    ///   - bytes: as they came.
    ///   - take: gets what they bring, in order.
    /// - Throws: what is wrong with the body.
    public mutating func feed(_ bytes: [UInt8], _ take: (Event) -> Void) throws(MultipartError) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .preamble, .content:
                index = scan(bytes, from: index, take)
            case .afterDelimiter:
                if bytes[index] == UInt8(ascii: "-") {
                    state = .closingHyphen
                    index += 1
                } else {
                    state = .padding
                }
            case .closingHyphen:
                guard bytes[index] == UInt8(ascii: "-") else { throw .invalidDelimiter }
                state = .epilogue
                index += 1
            case .padding:
                try takePadding(bytes[index])
                index += 1
            case .lineFeed:
                guard bytes[index] == .lineFeed else { throw .invalidDelimiter }
                parts += 1
                guard parts <= Self.maximumParts else { throw .tooManyParts }
                state = .header
                index += 1
            case .header:
                try takeHeader(bytes[index], take)
                index += 1
            case .epilogue:
                return
            }
        }
    }

    /// The body is over.
    public func finish() throws(MultipartError) {
        guard case .epilogue = state else { throw .truncated }
    }

    // MARK: Content

    /// Looks for the delimiter; where the reading goes on.
    ///
    /// Only the first byte of a delimiter is CR, so where one breaks off no other can have begun within it.
    private mutating func scan(_ bytes: [UInt8], from start: Int, _ take: (Event) -> Void) -> Int {
        var index = start
        // What `matched` counts of earlier pieces stands before `start`.
        var earlier = matched
        while index < bytes.count {
            if bytes[index] == delimiter[matched] {
                matched += 1
                index += 1
                guard matched == delimiter.count else { continue }
                give(bytes[start..<(index - (matched - earlier))], take)
                if case .content = state { take(.end) }
                (matched, foreign, padding) = (0, 0, 0)
                state = .afterDelimiter
                return index
            }
            if earlier > foreign { give(delimiter[foreign..<earlier], take) }
            (earlier, foreign) = (0, 0)
            if matched == 0 { index += 1 }
            matched = 0
        }
        give(bytes[start..<(index - (matched - earlier))], take)
        return index
    }

    private func give(_ bytes: ArraySlice<UInt8>, _ take: (Event) -> Void) {
        if case .content = state, !bytes.isEmpty { take(.data(Array(bytes))) }
    }

    // MARK: Between parts

    private mutating func takePadding(_ byte: UInt8) throws(MultipartError) {
        if byte == .carriageReturn {
            state = .lineFeed
            return
        }
        padding += 1
        // Longer text that begins as the delimiter does is neither: other readers differ over it.
        guard ByteClass.isBlank(byte), padding <= Self.maximumPadding else { throw .invalidDelimiter }
    }

    private mutating func takeHeader(_ byte: UInt8, _ take: (Event) -> Void) throws(MultipartError) {
        header.append(byte)
        guard header.count <= Self.maximumHeader else { throw .headerTooLong }
        let isEmpty = header.count == 2
        guard byte == .lineFeed, header.suffix(isEmpty ? 2 : 4).elementsEqual(isEmpty ? [13, 10] : [13, 10, 13, 10])
        else { return }
        take(.part(try MultipartPart(header: header.dropLast(2))))
        header.removeAll(keepingCapacity: true)
        (matched, foreign) = (2, 2)
        state = .content
    }
}

/// The boundary of a multipart body.
public struct MultipartBoundary: Hashable, Sendable {
    /// 1 to 70 characters (RFC 2046, section 5.1.1).
    let bytes: [UInt8]

    /// - Parameter contentType: of the request; its essence must be `multipart/form-data`.
    public init(contentType: String) throws(MultipartError) {
        guard let value = FormValue(Array(contentType.utf8)[...]), value.value == "multipart/form-data",
            let boundary = value["boundary"]
        else { throw .invalidBoundary }
        let bytes = Array(boundary.utf8)
        guard 1...70 ~= bytes.count, bytes.last != .space, bytes.allSatisfy(Self.isAllowed) else {
            throw .invalidBoundary
        }
        self.bytes = bytes
    }

    /// bchars.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), .space:
            true
        default: "'()+_,-./:=?".utf8.contains(byte)
        }
    }
}

/// Why a body is no `multipart/form-data`, or none that is taken.
public enum MultipartError: Error, Hashable, Sendable {
    /// The media type has no boundary, or one that RFC 2046 does not allow.
    case invalidBoundary
    /// A line begins as a delimiter does and goes on.
    case invalidDelimiter
    /// The body ends before its closing delimiter.
    case truncated
    case tooManyParts
    case headerTooLong
    /// A header section is no list of fields.
    case invalidHeader
    /// A part has no `Content-Disposition: form-data` with a name, or several.
    case invalidDisposition
    /// A part has a `Content-Transfer-Encoding`, which RFC 7578 does not know.
    case transferEncoding
}

extension MultipartError: CustomStringConvertible {
    /// A sentence.
    public var description: String {
        switch self {
        case .invalidBoundary:
            "The media type multipart/form-data needs a boundary of 1 to 70 characters that RFC 2046 allows."
        case .invalidDelimiter: "A line of the form begins as a delimiter does, and goes on with something else."
        case .truncated: "The form ends before its closing delimiter."
        case .tooManyParts: "The form has more than \(MultipartParser.maximumParts) parts."
        case .headerTooLong:
            "The header section of a part of the form is longer than \(MultipartParser.maximumHeader) bytes."
        case .invalidHeader: "The header section of a part of the form is malformed."
        case .invalidDisposition:
            "Each part of the form needs one field Content-Disposition: form-data with one name."
        case .transferEncoding: "Parts of a form must be sent as they are, without Content-Transfer-Encoding."
        }
    }
}
