import SizingContract
import Testing

@testable import afd_sizer

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

    @Test("The catalogue has a table for one entry, and a suggestion for others") func catalogue() throws {
        let entry = try CatalogueOperation().answer(to: .device("h800"), pretty: true, OperationContext())
        #expect(AnswerTable.text(of: entry).contains("3350"))
        #expect(throws: ProblemDocument.self) {
            try CatalogueOperation().answer(to: .device("h801"), pretty: true, OperationContext())
        }
        #expect(CatalogueOperation.suggestion(for: "h801").contains("h800"))
    }
}
