import CEmbedded
import HTTPServer
import HTTPTypes

/// The pages for people: the operators' page, and the reference of this interface.
enum OperatorPage {
    static let console = EmbeddedPage(
        html: embedded(embedded_page_html()), css: style, modules: embedded(embedded_page_js()))
    /// Reads openapi.yaml from the service, and shows it.
    static let reference = EmbeddedPage(
        html: embedded(embedded_reference_html()), css: style, modules: embedded(embedded_reference_js()))

    private static let style = embedded(embedded_page_css())

    private static func embedded(_ file: embedded_file) -> [UInt8] {
        // `bytes` and `count` describe one constant array of the binary (embedded.c).
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
}

/// A self-contained document, put together from its parts once, with a policy that lets it run its own script and style,
/// talk to this service, and nothing else. It is the same for all who ask.
struct EmbeddedPage: Sendable {
    /// The document, with style and script in their places.
    let document: [UInt8]
    let script: [UInt8]
    /// Nothing is loaded from anywhere; the page cannot be framed, and forms go nowhere.
    let contentSecurityPolicy: String
    let response: PreparedResponse

    /// - Parameters:
    ///   - html: the document, with `/*STYLE*/` and `/*SCRIPT*/` where they belong.
    ///   - css: the style.
    ///   - modules: the modules of the script, in the order of their use.
    init(html: [UInt8], css: [UInt8], modules: [UInt8]) {
        let style = ModuleJoiner.style(css)
        script = ModuleJoiner.script(modules)
        document = ModuleJoiner.document(html)
            .replacing(Array("/*STYLE*/".utf8), with: style, maxReplacements: 1)
            .replacing(Array("/*SCRIPT*/".utf8), with: script, maxReplacements: 1)
        contentSecurityPolicy = [
            "default-src 'none'", "script-src \(InlineSourceHash.source(of: script))",
            "style-src \(InlineSourceHash.source(of: style))", "connect-src 'self'", "img-src data:",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: contentSecurityPolicy,
            .xContentTypeOptions: "nosniff", .cacheControl: "no-cache",
        ]
        if let referrer = HTTPField.Name("Referrer-Policy") { fields[referrer] = "no-referrer" }
        response = PreparedResponse(Response(status: .ok, fields: fields, body: .bytes(document)))
    }
}
