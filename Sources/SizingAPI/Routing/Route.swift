import HTTPServer
import HTTPTypes
import SizingContract

/// One resource: its path, and what it does for each method that it offers.
///
/// `HEAD` comes with `GET`, and `OPTIONS` with every resource (see `Router`).
struct Route: Sendable {
    enum Path: Sendable {
        /// Exactly this path.
        case exact(StaticString)
        /// This prefix and one more segment that is not empty: `/v1/catalog/devices/` and `{id}`.
        case segment(after: StaticString)
    }

    typealias Method = @Sendable (_ head: RequestHead, _ segment: String) -> BodyHandling

    let path: Path
    /// The label in logs and metrics: the path as openapi.yaml has it.
    let label: String
    var get: Method?
    var post: Method?

    init(_ path: StaticString, get: Method? = nil, post: Method? = nil) {
        self.path = .exact(path)
        self.label = path.description
        self.get = get
        self.post = post
    }

    init(prefix: StaticString, segment: String, get: @escaping Method) {
        self.path = .segment(after: prefix)
        self.label = prefix.description + "{" + segment + "}"
        self.get = get
    }

    /// The value of `Allow`.
    var allow: String {
        [get == nil ? nil : "GET, HEAD", post == nil ? nil : "POST", "OPTIONS"].compactMap { $0 }.joined(
            separator: ", ")
    }

    /// The last segment, percent-decoded where the path has one; nil where the path is another.
    func match(_ head: RequestHead) -> String? {
        switch path {
        case .exact(let path): return head.pathEquals(path) ? "" : nil
        case .segment(let prefix):
            let text = head.path
            let start = prefix.description
            guard text.hasPrefix(start) else { return nil }
            let segment = text.dropFirst(start.count)
            return segment.isEmpty || segment.contains("/") ? nil : String(segment)
        }
    }
}

extension Route {
    /// `POST` of a JSON text to an operation: content type and query are checked, and what is in the body is answered.
    ///
    /// A caller that accepts `text/event-stream` gets events, where the input reports progress.
    static func post<Work: JSONOperation>(_ operation: Work, within ledger: WorkLedger) -> Route {
        Route(
            Work.name,
            post: { head, _ in
                if let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
                let pretty: Bool
                do throws(ProblemDocument) {
                    pretty = try JSONOptions.isPretty(head)
                } catch {
                    return .respond(Response(error))
                }
                if Work.canReportProgress, EventStream.isWanted(head) {
                    let exchange = Exchange(operation, within: ledger)
                    return .collect(limit: Work.maximumLength) { exchange.events($0.body) }
                }
                let exchange = Exchange(operation, within: ledger, pretty: pretty)
                return .collect(limit: Work.maximumLength) { exchange.answer($0.body) }
            })
    }

    /// A `GET` that always asks the same of an operation.
    static func get<Work: Operation>(
        _ operation: Work, of input: Work.Input, within ledger: WorkLedger
    ) -> Route {
        Route(
            Work.name,
            get: get(operation, within: ledger) { head, _ throws(ProblemDocument) in
                (input, pretty: try JSONOptions.isPretty(head))
            })
    }

    /// A `GET` whose input comes from the head of the request and the last segment of the path.
    ///
    /// - Parameter input: the input, and whether the answer is to be indented.
    static func get<Work: Operation>(
        _ operation: Work, within ledger: WorkLedger,
        _ input: @escaping @Sendable (RequestHead, String) throws(ProblemDocument) -> (Work.Input, pretty: Bool)
    ) -> Method {
        { head, segment in
            do throws(ProblemDocument) {
                let (input, pretty) = try input(head, segment)
                switch Exchange(operation, within: ledger, pretty: pretty).answer(to: input) {
                case .now(let response): return .respond(response)
                case let later: return .collect(limit: nil) { _ in later }
                }
            } catch {
                return .respond(Response(error))
            }
        }
    }
}

/// Finds the route of a request: 404 where there is none, 405 with `Allow` where the method is not offered (RFC 9110,
/// section 15.5.6), 204 with `Allow` for `OPTIONS`.
struct Router: Sendable {
    let routes: [Route]

    func handling(of head: RequestHead) -> RequestHandling {
        for route in routes {
            guard let segment = route.match(head) else { continue }
            return RequestHandling(route: route.label, body: body(for: head, route, segment))
        }
        return .respond(
            route: "",
            Response(
                ProblemDocument(
                    .notFound, "There is nothing at this path; /openapi.yaml describes what there is.")))
    }

    private func body(for head: RequestHead, _ route: Route, _ segment: String) -> BodyHandling {
        switch head.method {
        case .get, .head:
            if let get = route.get { return get(head, segment) }
        case .post:
            if let post = route.post { return post(head, segment) }
        case .options:
            return .respond(Response(status: .noContent, fields: [.allow: route.allow]))
        default: break
        }
        return .respond(
            Response(
                ProblemDocument(.methodNotAllowed, "This path offers \(route.allow)."),
                fields: [.allow: route.allow]))
    }
}
