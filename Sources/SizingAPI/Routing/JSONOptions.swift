import HTTPServer
import HTTPTypes
import SizingContract
import Text

/// What a caller says about a JSON exchange outside the body: the query and the content type.
enum JSONOptions {
    /// Whether the answer is to be indented.
    ///
    /// - Throws: 400 for any other query parameter, one given twice, or a value that is neither true nor false.
    static func isPretty(_ head: RequestHead) throws(ProblemDocument) -> Bool {
        guard head.query != nil else { return false }
        return try Query(head.queryItems, names: ["pretty"]).flag("pretty")
    }

    /// The refusal of a body that is not meant to be JSON: 415 for other types, and for another charset than UTF-8 (RFC 8259,
    /// section 8.1).
    ///
    /// Taken are JSON types, `application/x-www-form-urlencoded` (the default of curl), and none at all.
    static func refusal(_ head: RequestHead) -> Response? {
        guard let field = head[.contentType], field != "application/json" else { return nil }
        let type = MediaType(field)
        let isJSON =
            type.essence == "application/json" || type.essence == "application/x-www-form-urlencoded"
            || (type.essence.hasPrefix("application/") && type.essence.hasSuffix("+json"))
        let charset = type.parameter("charset")
        if isJSON, charset == nil || ["utf-8", "\"utf-8\"", "utf8"].contains(charset) { return nil }
        return Response(
            ProblemDocument(
                .unsupportedMediaType, "The body must be JSON in UTF-8 (Content-Type: application/json)."),
            fields: [.accept: "application/json"])
    }
}
