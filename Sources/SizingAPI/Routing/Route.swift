import HTTPServer
import HTTPTypes

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
