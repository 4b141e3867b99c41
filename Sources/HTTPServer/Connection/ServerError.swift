import HTTPTypes

/// Everything for which the server itself answers, without or instead of a handler, and the one place where it gets
/// its status and its response.
enum ServerError: Error, Equatable, Sendable {
    case malformed(ParseError)
    /// The body is longer than its route accepts (RFC 9110, section 15.5.14).
    case bodyTooLarge
    /// A content coding that is not known, or several (RFC 9110, section 15.5.16).
    case unsupportedCoding
    /// The content is not what its coding says, or only a part of it.
    case malformedContent
    case headerTimeout
    case bodyTimeout
    /// The method is not one of those recognised (RFC 9110, section 9.1).
    case unknownMethod
    /// `CONNECT`: this is not a proxy.
    case connectRefused
    /// An expectation other than `100-continue` (RFC 9110, section 10.1.1).
    case unknownExpectation
    case workQueueFull
    /// Too many bytes of responses wait for their clients.
    case responsesWaiting
    /// Too many bytes of bodies wait for the rest of them.
    case bodiesWaiting
    case tooManyConnections
    /// The server stops, and the time for what was under way is over.
    case stopping
    case internalError

    var status: HTTPResponse.Status {
        switch self {
        case .malformed(let error): error.status
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedCoding: .unsupportedMediaType
        case .malformedContent: .badRequest
        case .headerTimeout, .bodyTimeout: .requestTimeout
        case .unknownMethod: .notImplemented
        case .connectRefused: .methodNotAllowed
        case .unknownExpectation: .expectationFailed
        case .workQueueFull, .responsesWaiting, .bodiesWaiting, .tooManyConnections, .stopping: .serviceUnavailable
        case .internalError: .internalServerError
        }
    }

    var detail: StaticString {
        switch self {
        case .malformed(let error): error.detail
        case .bodyTooLarge: "The body is longer than is accepted here."
        case .unsupportedCoding: "The content coding is not supported; gzip and deflate are, one at a time."
        case .malformedContent: "The content does not match its coding, or ends too early."
        case .headerTimeout: "The header section did not arrive in time."
        case .bodyTimeout: "The body did not arrive in time."
        case .unknownMethod: "The method is not implemented."
        case .connectRefused: "This server is not a proxy."
        case .unknownExpectation: "The only expectation that is understood is 100-continue."
        case .workQueueFull: "All workers are busy and the queue is full."
        case .responsesWaiting: "Too many responses wait for their clients to read them."
        case .bodiesWaiting: "Too many requests are only half there."
        case .tooManyConnections: "There are too many connections."
        case .stopping: "The server is stopping and has no more time for this request."
        case .internalError: "Something went wrong inside the server."
        }
    }

    /// How it is counted; nil where nothing was rejected.
    var reason: RejectionReason? {
        switch self {
        case .malformed(let error):
            error.status == .uriTooLong || error.status == .requestHeaderFieldsTooLarge ? .tooLarge : .malformed
        case .bodyTooLarge: .tooLarge
        case .headerTimeout, .bodyTimeout: .timeout
        case .unknownMethod, .connectRefused, .unknownExpectation, .unsupportedCoding, .malformedContent: .malformed
        case .workQueueFull: .queueFull
        case .responsesWaiting: .outputLimit
        case .bodiesWaiting: .inputLimit
        case .tooManyConnections: .connectionLimit
        case .stopping: .stopping
        case .internalError: nil
        }
    }

    /// The response: a problem document.
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`, where the status is 503.
    func response(retryAfter: Int) -> Response {
        var fields: HTTPFields = [:]
        switch self {
        case .workQueueFull, .responsesWaiting, .bodiesWaiting, .tooManyConnections, .stopping:
            fields[.retryAfter] = String(retryAfter)
        case .connectRefused: fields[.allow] = ServerMethods.allow
        case .unsupportedCoding: fields[.acceptEncoding] = ContentCoding.acceptEncoding
        default: break
        }
        return .problem(status, detail: detail, fields)
    }
}

/// The methods that the server as a whole offers, for `OPTIONS *` and `CONNECT`.
enum ServerMethods {
    static let allow = "GET, HEAD, POST, OPTIONS"
}

/// Constant responses of the server itself.
enum ServerResponses {
    /// The response to `OPTIONS *` (RFC 9110, section 9.3.7).
    static let options = Response(
        PreparedResponse(Response(status: .noContent, fields: [.allow: ServerMethods.allow])))
}

extension ServerError {
    init(_ error: InflateError) {
        switch error {
        case .tooLarge: self = .bodyTooLarge
        case .corrupt, .truncated, .trailingGarbage: self = .malformedContent
        }
    }
}
