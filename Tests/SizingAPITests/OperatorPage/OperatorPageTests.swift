import Testing

@testable import SizingAPI

@Suite("The operators' page")
struct OperatorPageTests {
    @Test(
        "modules are joined without imports, exports, comments and indents",
        arguments: [
            ("import { a } from './a.js';\nexport const b = a;\n", "const b = a;\n"),
            (
                "// One idea.\n/** What\n * it does. */\nexport function f() {\n  return 1; // one\n}\n",
                "function f() {\nreturn 1; // one\n}\n"
            ),
            (
                "/** Short. */\nconst exported = 1;\n\n  /** Inner. */\n  const imported = 'import ';\n",
                "const exported = 1;\nconst imported = 'import ';\n"
            ),
            ("", ""),
        ])
    func joins(modules: String, script: String) {
        #expect(String(decoding: ModuleJoiner.script(Array(modules.utf8)), as: UTF8.self) == script)
    }

    @Test("the document holds its style and one script, and is light")
    func document() throws {
        let page = String(decoding: OperatorPage.document, as: UTF8.self)
        #expect(!page.contains("/*STYLE*/") && !page.contains("/*SCRIPT*/"))
        #expect(!page.split(separator: "\n").contains { $0.hasPrefix("import ") || $0.hasPrefix("export ") })
        #expect(
            page.contains(
                "<script type=\"module\">" + String(decoding: OperatorPage.script, as: UTF8.self) + "</script>"))
        #expect(OperatorPage.document.count <= 150_000)
        #expect(OperatorPage.contentSecurityPolicy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!OperatorPage.contentSecurityPolicy.contains("unsafe"))
    }

    @Test("nothing but constant documents needs no token")
    func publicPaths() {
        #expect(SizingService.publicPaths.map { "\($0)" } == ["/"])
        #expect(SizingService.openPaths.map { "\($0)" } == ["/healthz", "/readyz"])
    }
}
