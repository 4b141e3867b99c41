import CEmbedded

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
