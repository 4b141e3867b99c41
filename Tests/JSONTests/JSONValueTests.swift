import JSON
import Testing

@Suite struct JSONValueTests {
    private static let text = """
        {"a": [1, [2, {"b/c": null}], "x"], "d": {"~": true, "e": {}}, "é\\n": -2.5, "n": [3, 4.5, 1e2]}
        """

    @Test func readsEveryKind() throws {
        let root = try JSONDocument(parsing: Self.text).root
        #expect(root.kind == .object)
        #expect(root.count == 4)
        let a = try #require(root["a"])
        #expect(a.kind == .array && a.count == 3)
        #expect(a.elements.map(\.kind) == [.number, .array, .string])
        #expect(root["d"]?["~"]?.bool == true)
        #expect(root["d"]?["e"]?.count == 0)
        #expect(root["é\n"]?.number == -2.5)
        #expect(root["missing"] == nil)
        #expect(a["a"] == nil)
        #expect(root.members.map { $0.name.string } == ["a", "d", "é\n", "n"])
        let x = Array(a.elements)[2]
        #expect(x.string == "x" && x.equals("x") && !x.equals("y") && !x.equals("xx"))
        #expect(Array(try #require(a.elements.dropFirst().first { _ in true }).elements)[1]["b/c"]?.isNull == true)
    }

    @Test func numbersComeTogether() throws {
        let root = try JSONDocument(parsing: Self.text).root
        #expect(root["n"]?.numbers == [3, 4.5, 100])
        #expect(root["a"]?.numbers == nil)
        #expect(root["d"]?.numbers == nil)
        #expect(try JSONDocument(parsing: "[]").root.numbers == [])
        #expect(try JSONDocument(parsing: "[1,\"2\"]").root.numbers == nil)
        #expect(try JSONDocument(parsing: "[1,[]]").root.numbers == nil)
    }

    /// The pointer of every value leads back to it.
    @Test func pointersLeadBack() throws {
        func visit(_ value: JSONValue, _ pointer: String) {
            #expect(value.pointer == pointer)
            for (i, element) in value.elements.enumerated() { visit(element, pointer + "/\(i)") }
            for (name, member) in value.members {
                #expect(name.pointer == JSONPointer.appending(name.string ?? "", to: pointer))
                visit(member, JSONPointer.appending(name.string ?? "", to: pointer))
            }
        }
        visit(try JSONDocument(parsing: Self.text).root, "")
        #expect(JSONPointer.text(["a/b", "~1", ""]) == "/a~1b/~01/")
    }

    @Test(arguments: [
        ("{\"b\":1.0,\"a\":[1e2,\"\\u0041\"]}", " { \"a\" : [ 100, \"A\" ], \"b\": 1 } ", true),
        ("{\"a\":{\"y\":0.10,\"x\":-0}}", "{\"a\":{\"x\":0,\"y\":1e-1}}", true), ("[1,2]", "[2,1]", false),
        ("{\"a\":1}", "{\"a\":\"1\"}", false), ("{\"a\":null}", "{}", false), ("[[]]", "[[],[]]", false),
    ])
    func canonicalTextDecidesEquality(_ left: String, _ right: String, _ same: Bool) throws {
        let a = try JSONDocument(parsing: left).root
        let b = try JSONDocument(parsing: right).root
        #expect((a.canonicalText() == b.canonicalText()) == same)
        #expect((a.canonicalHash() == b.canonicalHash()) == same)
    }

    @Test func canonicalTextIsItsOwn() throws {
        let first = try JSONDocument(parsing: Self.text).root.canonicalText()
        #expect(
            String(decoding: first, as: UTF8.self)
                == #"{"a":[1,[2,{"b/c":null}],"x"],"d":{"e":{},"~":true},"n":[3,4.5,100],"é\n":-2.5}"#)
        #expect(try JSONDocument(parsing: first).root.canonicalText() == first)
    }
}
