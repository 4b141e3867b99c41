/// What the fields of a request say about its host, its connection and the length of its body, gathered line by line.
struct FramingFields {
    private var hosts = 0
    private var contentLength: Int?
    private var hasTransferEncoding = false
    /// The transfer coding seen last is `chunked`.
    private var endsWithChunked = false
    /// `chunked` stands before another coding, or twice.
    private var misplacedChunked = false
    private var otherCodings = false
    /// Known once ``decide(_:)`` was called.
    private(set) var body = BodyFraming.none

    /// Takes in one field line. `value` is without the whitespace around it.
    mutating func read(
        _ field: KnownField, _ bytes: Span<UInt8>, _ value: HeadStorage.Slice, into storage: HeadStorage
    ) -> ParseError? {
        switch field {
        case .other:
            return nil
        case .host:
            hosts += 1
            guard hosts == 1 else { return .duplicateHost }
            guard RequestTarget.isAuthority(bytes, value, portRequired: false) else { return .invalidHost }
            // The host of an absolute-form target overrules the field (RFC 9112, section 3.2.2).
            if storage.form == .origin || storage.form == .asterisk { storage.authority = value }
            return nil
        case .contentLength:
            guard contentLength == nil else { return .duplicateContentLength }
            guard let length = Self.decimal(bytes.extracting(value.range)) else { return .invalidContentLength }
            contentLength = length
            return nil
        case .transferEncoding:
            return readTransferEncoding(bytes.extracting(value.range))
        case .connection:
            Self.forEachElement(bytes.extracting(value.range)) { element in
                if element.equalsIgnoringCase("close") { storage.connectionClose = true }
                if element.equalsIgnoringCase("keep-alive") { storage.connectionKeepAlive = true }
            }
            return nil
        case .expect:
            Self.forEachElement(bytes.extracting(value.range)) { element in
                if !element.equalsIgnoringCase("100-continue") {
                    storage.expectation = .unknown
                } else if storage.expectation == .none {
                    storage.expectation = .interimResponse
                }
            }
            return nil
        case .requestID:
            if storage.callerID.isEmpty, RequestID.isSane(bytes.extracting(value.range)) { storage.callerID = value }
            return nil
        }
    }

    /// Decides the length of the body (RFC 9112, section 6.3) once all fields are known.
    mutating func decide(_ storage: HeadStorage) -> ParseError? {
        if hosts == 0, storage.minorVersion > 0 { return .missingHost }
        if storage.minorVersion == 0, storage.expectation != .none { storage.expectation = .ignored }
        if hasTransferEncoding {
            if storage.minorVersion == 0 { return .transferEncodingBeforeHTTP11 }
            if contentLength != nil { return .contentLengthAndTransferEncoding }
            if !endsWithChunked || misplacedChunked { return .invalidTransferEncoding }
            if otherCodings { return .unsupportedTransferCoding }
            body = .chunked
        } else if let contentLength {
            body = .length(contentLength)
        }
        storage.framing = body
        return nil
    }

    /// A list of tokens. Empty elements, parameters and anything that is not a token are refused, though RFC 9110,
    /// section 5.6.1 would have empty elements ignored: no client sends them but to confuse.
    private mutating func readTransferEncoding(_ value: Span<UInt8>) -> ParseError? {
        hasTransferEncoding = true
        var valid = true
        Self.forEachElement(value) { element in
            if element.isEmpty { valid = false }
            for index in 0..<element.count where !ByteClass.token.contains(element[index]) { valid = false }
            if endsWithChunked { misplacedChunked = true }
            endsWithChunked = element.equalsIgnoringCase("chunked")
            if !endsWithChunked { otherCodings = true }
        }
        return valid ? nil : .invalidTransferEncoding
    }

    /// 1*DIGIT and nothing else (RFC 9110, section 8.6): no sign, no blank, no list; nil if it does not fit an `Int`.
    static func decimal(_ bytes: Span<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var result = 0
        for index in 0..<bytes.count {
            guard ByteClass.isDigit(bytes[index]) else { return nil }
            let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(bytes[index] - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            result = sum
        }
        return result
    }

    /// Calls `body` with each element of a comma-separated list, without the whitespace around it.
    static func forEachElement(_ list: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start <= list.count {
            var comma = start
            while comma < list.count, list[comma] != UInt8(ascii: ",") { comma += 1 }
            body(list.extracting(list.trimmingBlanks(start..<comma)))
            start = comma + 1
        }
    }
}
