import CEmbedded
import HTTPServer
import HTTPTypes

/// The operators' page: one self-contained document, put together from its parts once, with a policy that lets it run its
/// own script and style, talk to this service, and nothing else.
public enum OperatorPage {
    /// The answer to `GET /`.
    public static let response = PreparedResponse(
        Response(status: .ok, fields: fields, body: .bytes(document)))

    static let script = ModuleJoiner.script(embedded(embedded_page_js()))
    static let style = ModuleJoiner.unindented(embedded(embedded_page_css()))

    /// The document, with style and script in their places.
    static let document: [UInt8] = {
        let page = ModuleJoiner.unindented(embedded(embedded_page_html()))
        return page.replacing(Array("/*STYLE*/".utf8), with: style, maxReplacements: 1)
            .replacing(Array("/*SCRIPT*/".utf8), with: script, maxReplacements: 1)
    }()

    /// Nothing is loaded from anywhere; the page cannot be framed, and forms go nowhere.
    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src \(InlineSourceHash.source(of: script))",
        "style-src \(InlineSourceHash.source(of: style))", "connect-src 'self'", "img-src data:", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static let fields: HTTPFields = {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: contentSecurityPolicy,
            .xContentTypeOptions: "nosniff", .cacheControl: "no-cache",
        ]
        if let referrer = HTTPField.Name("Referrer-Policy") { fields[referrer] = "no-referrer" }
        return fields
    }()

    private static func embedded(_ file: embedded_file) -> [UInt8] {
        // `bytes` and `count` describe one constant array of the binary (embedded.c).
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
}
