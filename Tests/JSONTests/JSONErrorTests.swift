import JSON
import Testing

/// Where an error is said to be.
@Suite struct JSONErrorTests {
    @Test(arguments: [
        ("x", ""), ("[1,x]", "/1"), ("{\"a\":{\"b\":[0,{\"c\":01}]}}", "/a/b/1/c"), ("{\"a\":1,x", ""),
        ("{\"k\":{\"a\":1,\"b\":2,\"a\":3}}", "/k/a"), ("{\"a/b\":{\"~\":nul}}", "/a~1b/~0"), ("{\"a\":[1,2,", "/a/2"),
        ("{\"\\u0061\":1e999}", "/a"), ("[[],[]", "/1"), ("[", "/0"), ("{\"a\":1 \"b\":2}", "/a"),
        ("{\"a\":{\"b\" 1}}", "/a/b"),
    ])
    func pointsAtTheValue(_ text: String, _ pointer: String) {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: text) }
        #expect(error?.pointer == pointer)
    }

    @Test func countsLinesAndColumns() {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: "{\n  \"a\": 1,\n  \"b\": tru\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.message == "not a value: the literals are true, false and null (line 3, column 8)")
    }

    @Test func describesBytes() {
        let visible = #expect(throws: JSONError.self) { try JSONDocument(parsing: "[1;2]") }
        #expect(visible?.message == "unexpected ';' where ',' or ']' was expected (line 1, column 3)")
        let hidden = #expect(throws: JSONError.self) { try JSONDocument(parsing: [0x5B, 0x00]) }
        #expect(hidden?.message == "unexpected byte 0x00 where a value was expected (line 1, column 2)")
    }
}
