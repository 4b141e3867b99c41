import HTTPTypes

/// Everything that can be wrong with the bytes of a request. Each case knows the response that it gets; after any of
/// them nothing further on the connection can be trusted, so it is closed.
enum ParseError: Error, Equatable, Sendable, CaseIterable {
    // Request line (RFC 9112, section 3)
    case malformedRequestLine
    case methodTooLong
    case targetTooLong
    case invalidTarget
    case malformedVersion
    case unsupportedVersion
    case tooManyEmptyLines

    // Field lines (RFC 9112, section 5; RFC 9110, section 5)
    case malformedFieldName
    case whitespaceBeforeColon
    case obsoleteLineFolding
    case invalidFieldValue
    case bareCarriageReturn
    case headerSectionTooLarge
    case tooManyFields

    // Host (RFC 9112, section 3.2)
    case missingHost
    case duplicateHost
    case invalidHost

    // Framing (RFC 9112, section 6)
    case invalidContentLength
    case duplicateContentLength
    case contentLengthAndTransferEncoding
    case transferEncodingBeforeHTTP11
    case invalidTransferEncoding
    case unsupportedTransferCoding

    // Chunked coding (RFC 9112, section 7.1)
    case malformedChunkSize
    case malformedChunkExtension
    case chunkLineTooLong
    case chunkExtensionsTooLarge
    case chunkWithoutCRLF
    case malformedTrailer
    case trailerSectionTooLarge
    case tooManyTrailers

    // The end of the stream
    case incompleteMessage

    /// The status of the response.
    var status: HTTPResponse.Status {
        switch self {
        case .targetTooLong: .uriTooLong
        case .headerSectionTooLarge, .tooManyFields, .trailerSectionTooLarge, .tooManyTrailers:
            .requestHeaderFieldsTooLarge
        case .methodTooLong, .unsupportedTransferCoding: .notImplemented
        case .unsupportedVersion: .init(code: 505, reasonPhrase: "HTTP Version Not Supported")
        default: .badRequest
        }
    }

    /// One sentence for the client.
    var detail: StaticString {
        switch self {
        case .malformedRequestLine: "The request line is not 'method SP target SP version'."
        case .methodTooLong: "The method is longer than any that is implemented."
        case .targetTooLong: "The request target is too long."
        case .invalidTarget: "The request target is in none of the four forms, or has bytes that a URI cannot have."
        case .malformedVersion: "The HTTP version is malformed."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
        case .tooManyEmptyLines: "There are too many empty lines before the request."
        case .malformedFieldName: "A field name is empty or has bytes other than those of a token."
        case .whitespaceBeforeColon: "There is whitespace between a field name and its colon."
        case .obsoleteLineFolding: "A field line begins with whitespace."
        case .invalidFieldValue: "A field value has control characters."
        case .bareCarriageReturn: "A carriage return is not followed by a line feed."
        case .headerSectionTooLarge: "The header section is too large."
        case .tooManyFields: "There are too many fields."
        case .missingHost: "An HTTP/1.1 request needs a Host field."
        case .duplicateHost: "There is more than one Host field."
        case .invalidHost: "The Host field is not 'host[:port]'."
        case .invalidContentLength: "Content-Length is not a decimal number, or too large a one."
        case .duplicateContentLength: "There is more than one Content-Length."
        case .contentLengthAndTransferEncoding: "There are both Content-Length and Transfer-Encoding."
        case .transferEncodingBeforeHTTP11: "There is Transfer-Encoding in an HTTP/1.0 request."
        case .invalidTransferEncoding: "Transfer-Encoding does not end with one 'chunked'."
        case .unsupportedTransferCoding: "No transfer coding but chunked is implemented."
        case .malformedChunkSize: "A chunk size is not a hexadecimal number, or too large a one."
        case .malformedChunkExtension: "A chunk extension is malformed."
        case .chunkLineTooLong: "A chunk-size line is too long."
        case .chunkExtensionsTooLarge: "The chunk extensions are too large."
        case .chunkWithoutCRLF: "The data of a chunk is not followed by CRLF."
        case .malformedTrailer: "A trailer field is malformed."
        case .trailerSectionTooLarge: "The trailer section is too large."
        case .tooManyTrailers: "There are too many trailer fields."
        case .incompleteMessage: "The request ended before it was complete."
        }
    }
}
