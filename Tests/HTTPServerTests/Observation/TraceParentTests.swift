import Testing

@testable import HTTPServer

@Suite struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test(arguments: [("00", false), ("01", true), ("03", true), ("fe", false), ("ff", true)])
    func wellFormed(flags: String, sampled: Bool) throws {
        let parsed = try #require(TraceParent("00-\(Self.trace)-\(Self.span)-\(flags)"))
        #expect(parsed.traceID == (0x0af7_6519_16cd_43dd, 0x8448_eb21_1c80_319c))
        #expect(parsed.parentID == 0xb7ad_6b71_6920_3331)
        #expect(parsed.isSampled == sampled)
    }

    @Test(arguments: [
        "cc-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-what-the-future-brings", "01-\(trace)-\(span)-00-",
    ])
    func laterVersions(field: String) {
        #expect(TraceParent(field)?.parentID == 0xb7ad_6b71_6920_3331)
    }

    @Test(
        arguments: [
            nil, "", "00", "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-extra",
            "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-011", "00-\(trace)-\(span)-0g", "0x-\(trace)-\(span)-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)-\(span)-0A",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", " 00-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01 ", "00-\(trace)-\(span)-01, 00-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01x",
            "00-\(trace.dropLast())é-\(span)-01", "01-\(trace)-\(span)-00-" + String(repeating: "a", count: 500),
        ] as [String?])
    func malformed(field: String?) {
        #expect(TraceParent(field) == nil)
    }
}

extension TraceParent {
    fileprivate init?(_ text: String?) {
        guard let text else { return nil }
        self.init(Array(text.utf8).span)
    }
}
