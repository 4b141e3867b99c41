import Testing

@testable import SizingAPI

@Suite("The operators' page")
struct OperatorPageTests {
    @Test(
        "modules are joined without imports, exports, comments, indents and blanks around operators",
        arguments: [
            ("import { a } from './a.js';\nexport const b = a;\n", "const b=a;"),
            (
                "// One idea.\n/** What\n * it does. */\nexport function f() {\n  return 1;\n}\n",
                "function f(){return 1;}\n"
            ),
            (
                "/** Short. */\nconst exported = (a) => a = 1;\n\n  /** Inner. */\n  let x = 'import ' ?? y;\n",
                "const exported=(a)=>a = 1;let x='import '??y;"
            ), ("", ""),
        ])
    func joins(modules: String, script: String) {
        #expect(String(decoding: ModuleJoiner.script(Array(modules.utf8)), as: UTF8.self) == script)
    }

    @Test("styles lose their blanks")
    func styles() {
        let style =
            "a, b { color: red; top: 0; }\n  @media (max-width: 9px) {\n  :is(c, d)::before { content: \"x\"; }\n}\n"
        let wanted = "a,b{color:red;top:0}\n@media (max-width:9px){\n:is(c,d)::before{content:\"x\"}\n}"
        #expect(String(decoding: ModuleJoiner.style(Array(style.utf8)), as: UTF8.self) == wanted)
    }

    @Test(
        "a document holds its style and one script, and is light",
        arguments: [OperatorPage.console, OperatorPage.reference])
    func document(page: EmbeddedPage) throws {
        let text = String(decoding: page.document, as: UTF8.self)
        #expect(!text.contains("/*STYLE*/") && !text.contains("/*SCRIPT*/"))
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("import ") || $0.hasPrefix("export ") })
        let script = String(decoding: page.script, as: UTF8.self)
        #expect(text.contains("<script type=\"module\">\(script)</script>"))
        #expect(page.document.count <= 150_000)
        #expect(page.contentSecurityPolicy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!page.contentSecurityPolicy.contains("unsafe"))
    }

    @Test("nothing but constant documents needs no token")
    func publicPaths() {
        #expect(SizingService.publicPaths.map { "\($0)" } == ["/", "/reference"])
        #expect(SizingService.openPaths.map { "\($0)" } == ["/healthz", "/readyz"])
    }
}
