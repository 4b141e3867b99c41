import Testing

@testable import HTTPServer

extension RequestHead {
    /// A head as the parser makes it. `fields` are lines without CRLF.
    static func parsed(
        _ path: String = "/", _ fields: [String] = [], method: String = "GET",
        peer: PeerAddress = PeerAddress(high: 0, low: 0xFFFF_7F00_0001, port: 1)
    ) throws -> RequestHead {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: test"] + fields
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var parser = RequestParser(limits: ServerLimits(), pool: HeadPool())
        var position = 0
        let event = parser.next(bytes.span, &position)
        try #require(event == .head)
        let storage = parser.takeHead()
        return RequestHead(
            storage: try #require(storage),
            connection: ConnectionInfo(peer: peer, listener: .main, isTLS: false))
    }
}

/// Answers every request with the same handling.
struct FixedHandler: HTTPHandler {
    var fixed: RequestHandling

    init(_ response: Response, route: String = "/fixed") {
        fixed = .respond(route: route, response)
    }

    init(_ body: BodyHandling, route: String = "/fixed") {
        fixed = RequestHandling(route: route, body: body)
    }

    func handling(of head: RequestHead) -> RequestHandling { fixed }
}

extension RequestHandling {
    /// The response of a handling that needs no body, or that makes it at once from an empty one.
    func response(to head: RequestHead) throws -> Response {
        switch body {
        case .respond(let response): return response
        case .collect(_, let then): return then(Request(head: head, body: [])).response
        case .stream(_, let consumer): return consumer.finish().response
        }
    }
}

extension ResponseDelivery {
    /// The response; of a stream its head.
    fileprivate var response: Response {
        switch self {
        case .now(let response): response
        case .deferred(let make): make(WorkContext())
        case .stream(let head, _): head
        }
    }
}

extension ResponseBody {
    var allBytes: [UInt8] { withSpan { span in span.withUnsafeBytes { Array($0) } } }
}
