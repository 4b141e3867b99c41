import HTTPServer
import HTTPTypes
import JSON

/// A parsed request with what was said outside its body.
struct JSONRequest: Sendable {
    let root: JSONValue
    /// nil on the command line.
    let head: RequestHead?
    let pretty: Bool
    /// Whether the answer is to be a stream of events, where the route can make one.
    var wantsEvents = false
    /// Whether a sizing's curve is part of the answer whatever the request says.
    var includesCurve = false
    /// Called with the fraction done, where somebody looks: the command line's progress bar.
    var progress: (@Sendable (Double) -> Void)?

    /// The answer 200 with what `content` writes; 500 where a number in it has no JSON form.
    func respond(capacity: Int = 1536, _ content: (inout JSONWriter) -> Void) -> Response {
        Self.response(pretty: pretty, capacity: capacity, content)
    }

    static func response(
        pretty: Bool, capacity: Int = 1536, _ content: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(pretty: pretty, capacity: capacity)
        content(&writer)
        do throws(JSONWriter.NotFinite) {
            return Response(status: .ok, fields: fields, body: .bytes(try writer.finish()))
        } catch {
            return Problem.internal.response(pretty: pretty)
        }
    }

    func respond(_ problem: Problem) -> Response { problem.response(pretty: pretty) }

    private static let fields: HTTPFields = [.contentType: "application/json"]
}

extension Route {
    /// Bodies beyond this many bytes are parsed on the work pool, so that no event loop is held up.
    static let largestBodyOnLoop = 16 * 1024

    /// `POST` of a JSON document: checks content type and query, parses, and calls `operation`.
    ///
    /// `operation` runs on an event loop for small bodies and on the work pool for large ones; what it defers runs on
    /// the pool in both cases. Of a route that `streams`, a caller that accepts `text/event-stream` gets events; where its
    /// body is large, a refusal comes as an event too.
    static func postJSON(
        _ path: StaticString, limit: Int? = nil, streams: Bool = false, get: Plan? = nil,
        _ operation: @escaping @Sendable (JSONRequest) -> Answer
    ) -> Route {
        var route = Route(path, get: get) { head, _ in
            let pretty: Bool
            do throws(Problem) {
                try JSONOptions.requireJSON(head)
                pretty = try JSONOptions.isPretty(head)
            } catch {
                return .respond(error.response())
            }
            let wantsEvents = streams && EventStream.isWanted(head)
            return .collect(limit: limit) { request in
                if wantsEvents {
                    if request.body.count <= largestBodyOnLoop {
                        return answer(request.body, request.head, false, wantsEvents: true, operation)
                    }
                    return .stream(head: EventStream.head) { stream in
                        switch answer(request.body, request.head, false, wantsEvents: true, operation) {
                        case .stream(_, let body): body(stream)
                        case .now(let response): EventStream.send(response, to: stream)
                        case .deferred(let work): EventStream.send(work(stream.context), to: stream)
                        }
                    }
                }
                if request.body.count <= largestBodyOnLoop {
                    return answer(request.body, request.head, pretty, operation)
                }
                return .deferred { answer(request.body, request.head, pretty, operation).response($0) }
            }
        }
        route.operation = operation
        return route
    }

    static func answer(
        _ body: [UInt8], _ head: RequestHead?, _ pretty: Bool, wantsEvents: Bool = false,
        progress: (@Sendable (Double) -> Void)? = nil, _ operation: (JSONRequest) -> Answer
    ) -> Answer {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: body)
            var request = JSONRequest(root: document.root, head: head, pretty: pretty)
            request.wantsEvents = wantsEvents
            request.progress = progress
            return operation(request)
        } catch {
            return .now(Problem(error).response(pretty: pretty))
        }
    }
}

extension Answer {
    /// The response, made on the calling thread. Of a stream, which has no place here, the head alone.
    func response(_ context: WorkContext) -> Response {
        switch self {
        case .now(let response): response
        case .deferred(let work): work(context)
        case .stream(let head, _): head
        }
    }
}
