import Testing

@testable import Text

@Suite struct MediaTypeTests {
    @Test(
        arguments: [
            ("text/csv", "text/csv", nil), ("Text/CSV ; charset=UTF-8", "text/csv", "utf-8"),
            ("application/json;charset=\"utf-8\"", "application/json", "\"utf-8\""), ("", "", nil), (";", "", nil),
            ("a/b; x=1;\tcharset=latin1; charset=utf-8", "a/b", "latin1"), (" a/b\t", "a/b", nil),
        ] as [(String, String, String?)])
    func parts(text: String, essence: String, charset: String?) {
        let type = MediaType(text)
        #expect(type.essence == essence)
        #expect(type.parameter("charset") == charset)
    }

    @Test(arguments: [("", ""), (" \t ", ""), ("a", "a"), ("\t a b ", "a b"), ("\na\n", "\na\n")])
    func blanks(text: String, trimmed: String) { #expect(Trimmed.blanks(text) == trimmed) }
}
