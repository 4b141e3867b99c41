import Testing

@testable import SizingAPI

@Suite("Answers as text")
struct AnswerTableTests {
    @Test("Scalars in a column, objects under a heading, arrays of objects as a table")
    func table() {
        let text = AnswerTable.text(
            of: Array(#"{"a":1,"longer":"x","part":{"in":{"n":123456.789}},"rows":[{"r":1},{"r":2,"s":null}]}"#.utf8))
        #expect(
            text == """
                a       1
                longer  x

                PART
                  in.n  123460.0

                ROWS
                  r  s
                  1   \("")
                  2  -

                """)
    }

    @Test("What is not JSON comes back as it is") func other() {
        #expect(AnswerTable.text(of: Array("plain".utf8)) == "plain")
    }

    @Test("The catalogue has text for all, for one, and nothing for others") func catalogue() throws {
        #expect(CatalogText.make(id: nil, json: true) != nil)
        let entry = try #require(CatalogText.make(id: "h800", json: false))
        #expect(String(decoding: entry, as: UTF8.self).contains("3350"))
        #expect(CatalogText.make(id: "h801", json: true) == nil)
        #expect(CatalogText.suggestion(for: "h801").contains("h800"))
    }
}
