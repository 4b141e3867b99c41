import HTTPServer
import HTTPTypes

/// What a caller says about a JSON exchange outside the body: the query and the content type.
enum JSONOptions {
    /// Whether the answer is to be indented.
    ///
    /// - Throws: 400 for any other query parameter, one given twice, or a value that is neither true nor false.
    static func isPretty(_ head: RequestHead) throws(Problem) -> Bool {
        guard head.query != nil else { return false }
        return try Query(head, names: ["pretty"]).flag("pretty")
    }

    /// Checks that the body is meant to be JSON.
    ///
    /// Taken are JSON types, `application/x-www-form-urlencoded` (what curl says where nobody told it), and none at all.
    /// - Throws: 415 for any other type, and for another charset than UTF-8 (RFC 8259, section 8.1).
    static func requireJSON(_ head: RequestHead) throws(Problem) {
        guard let type = head[.contentType], type != "application/json" else { return }
        let parts = type.split(separator: ";", omittingEmptySubsequences: false).map { trim($0).lowercased() }
        let isJSON =
            parts[0] == "application/json" || parts[0] == "application/x-www-form-urlencoded"
            || (parts[0].hasPrefix("application/") && parts[0].hasSuffix("+json"))
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count)
        if isJSON, charset == nil || ["utf-8", "\"utf-8\"", "utf8"].contains(charset) { return }
        throw Problem(
            .unsupportedMediaType, "The body must be JSON in UTF-8 (Content-Type: application/json).",
            fields: [.accept: "application/json"])
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
