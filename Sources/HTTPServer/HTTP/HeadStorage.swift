/// The header section of one request as it came, with the ranges of its parts: parsed in place, and turned into
/// strings and `HTTPFields` only where somebody asks.
///
/// `@unchecked Sendable`: the parser writes to it only while it is the sole owner, which ``HeadPool`` checks by
/// reference count before reuse; from the moment a ``RequestHead`` is made from it, nothing writes to it.
final class HeadStorage: @unchecked Sendable {
    /// A half-open range of `bytes`. Limits keep header sections far below 4 GiB.
    struct Slice: Equatable {
        var start: UInt32
        var end: UInt32

        static let empty = Slice(start: 0, end: 0)
        var count: Int { Int(end) - Int(start) }
        var isEmpty: Bool { start == end }
        var range: Range<Int> { Int(start)..<Int(end) }

        init(start: UInt32, end: UInt32) {
            self.start = start
            self.end = end
        }

        init(_ start: Int, _ end: Int) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.end = UInt32(truncatingIfNeeded: end)
        }
    }

    struct Field {
        var name: Slice
        var value: Slice
        var known: KnownField
    }

    /// From the first byte of the method to the empty line.
    var bytes: [UInt8] = []
    var fields: [Field] = []

    var methodCode = MethodCode.other
    var method = Slice.empty
    var minorVersion: UInt8 = 1
    var form = TargetForm.origin
    /// The whole request-target.
    var target = Slice.empty
    /// Host and port of the target URI: of the request-target where it has one, else of `Host`.
    var authority = Slice.empty
    var path = Slice.empty
    /// Without the question mark.
    var query = Slice.empty
    var hasQuery = false

    var framing = BodyFraming.none
    var connectionClose = false
    var connectionKeepAlive = false
    var expectation = BodyExpectation.none
    /// The caller's `X-Request-Id`, where it is sane; empty otherwise.
    var callerID = Slice.empty
    /// The identifier given by the server where the caller's is empty.
    var generatedID: UInt64 = 0

    init() {
        bytes.reserveCapacity(1024)
        fields.reserveCapacity(16)
    }

    /// Makes it as new but for the capacity of its arrays.
    func reset() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        methodCode = .other
        method = .empty
        minorVersion = 1
        form = .origin
        target = .empty
        authority = .empty
        path = .empty
        query = .empty
        hasQuery = false
        framing = .none
        connectionClose = false
        connectionKeepAlive = false
        expectation = .none
        callerID = .empty
        generatedID = 0
    }

    func string(_ slice: Slice) -> String {
        String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// The value of the only field of this name, in lower case; nil where there is none, or several.
    func onlyValue(of name: StaticString) -> Slice? {
        var found: Slice?
        let bytes = bytes
        for field in fields where field.name.count == name.utf8CodeUnitCount {
            guard bytes.span.extracting(field.name.range).equalsIgnoringCase(name) else { continue }
            guard found == nil else { return nil }
            found = field.value
        }
        return found
    }

    /// Whether `slice` holds exactly the bytes of `text`.
    func equals(_ slice: Slice, _ text: StaticString) -> Bool {
        guard slice.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            var index = Int(slice.start)
            for byte in expected {
                if bytes[index] != byte { return false }
                index += 1
            }
            return true
        }
    }
}

/// The forms of a request-target (RFC 9112, section 3.2).
enum TargetForm: UInt8, Sendable {
    /// `/path?query`
    case origin
    /// `http://host/path?query`
    case absolute
    /// `host:port`, of `CONNECT`
    case authority
    /// `*`, of `OPTIONS`
    case asterisk
}

/// What a request expects before its body is sent (RFC 9110, section 10.1.1).
enum BodyExpectation: UInt8, Sendable {
    case none
    /// Something was said, by an HTTP/1.0 client, which cannot mean it: whoever is in between may.
    case ignored
    /// `100-continue` and nothing else.
    case interimResponse
    /// Anything else.
    case unknown
}

/// How the end of a request's body is found (RFC 9112, section 6.3).
enum BodyFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
}
