import Testing

@testable import HTTPServer

@Suite struct BearerTokensTests {
    @Test func linesCommentsAndBlanks() throws {
        let tokens = try BearerTokens(parsing: Array("# rotation\n\n  old-token\t\r\nnew/token+1==\n#x\n".utf8))
        #expect(tokens.accepts("old-token".utf8) != nil)
        #expect(tokens.accepts("new/token+1==".utf8) != nil)
        for wrong in ["", "old-toke", "old-token ", "old-tokenx", "OLD-TOKEN", "# rotation", "x", "new/token+1="] {
            #expect(tokens.accepts(wrong.utf8) == nil, "\(wrong)")
        }
        #expect(tokens.accepts("old-token".utf8) != tokens.accepts("new/token+1==".utf8))
    }

    @Test(arguments: [
        ("", BearerTokens.Malformed.noTokens), ("# only a comment\n", .noTokens), ("a\nb c\n", .line(2)),
        ("a\n\n\"b\"", .line(3)), ("=", .line(1)), ("tök", .line(1)), ("a=b", .line(1)), ("a\u{0}", .line(1)),
    ])
    func malformedFiles(text: String, error: BearerTokens.Malformed) {
        #expect(throws: error) { try BearerTokens(parsing: Array(text.utf8)) }
    }

    @Test func theNumberOfTokensIsBounded() throws {
        let lines = (0..<BearerTokens.maximumCount).map { "token\($0)\n" }.joined()
        #expect(try BearerTokens(parsing: Array(lines.utf8)).accepts("token255".utf8) != nil)
        #expect(throws: BearerTokens.Malformed.tooMany) { try BearerTokens(parsing: Array((lines + "one-more").utf8)) }
    }

    @Test func digestIsSHA256() {
        // The digest of "abc" (FIPS 180-4, example): two digests are the same only if all their bytes are.
        #expect(TokenDigest(of: "abc".utf8).equalsInConstantTime(TokenDigest(of: Array("abc".utf8))))
        #expect(!TokenDigest(of: "abc".utf8).equalsInConstantTime(TokenDigest(of: "abd".utf8)))
    }

    @Test func theStoreReloads() throws {
        let folder = try TemporaryFolder()
        try folder.write("first", to: "tokens")
        let store = try BearerTokenStore(tokenFile: folder.path("tokens"), now: 0)
        try folder.write("first\nsecond\n", to: "tokens")
        store.poll(now: 1)
        #expect(store.current.accepts("first".utf8) != nil)
        #expect(store.current.accepts("second".utf8) != nil)
        try folder.write("", to: "tokens")
        store.poll(now: 2)
        #expect(store.current.accepts("second".utf8) != nil)
        #expect(throws: (any Error).self) { try BearerTokenStore(tokenFile: folder.path("nowhere"), now: 0) }
    }

    @Test(
        arguments: [
            (nil, .none), ("", .none), ("Basic dXNlcjpwYXNz", .none), ("Bearer2 abc", .none), ("abc", .none),
            ("Bearer abc", .token(Array("abc".utf8))), ("bearer abc", .token(Array("abc".utf8))),
            ("BEARER   abc==", .token(Array("abc==".utf8))), ("Bearer", .malformed), ("Bearer ", .malformed),
            ("Bearer a b", .malformed), ("Bearer abc, Bearer abc", .malformed), ("Bearer a,b", .malformed),
            ("Bearer\tabc", .none),
        ] as [(String?, BearerCredentials)])
    func credentials(field: String?, expected: BearerCredentials) {
        #expect(BearerCredentials(field) == expected)
    }
}
