import Testing

@testable import HTTPServer

@Suite struct AcceptEncodingTests {
    @Test(
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("*", true),
            ("gzip, deflate, br", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("compress, gzip", true),
            ("gzip;q=0.5", true), ("gzip;q=0.001", true), ("gzip ; q=0.8", true), ("gzip;Q=0.8", true),
            ("gzip;q=0", false), ("gzip;q=0.000", false), ("gzip;q=0, *", false), ("*;q=0", false),
            ("*;q=0, gzip", true), ("identity", false), ("identity;q=0", false), ("identity;q=0, gzip", true),
            ("identity;q=0, *", true), ("gzip;q=0.5, identity;q=0.8", false), ("gzip;q=0.8, identity;q=0.5", true),
            ("gzip, gzip;q=0", false), ("br;q=1.0, gzip;q=0.2", true), ("br", false),
            ("gzip;q=1.001", false), ("gzip;q=2", false), ("gzip;q=.5", false), ("gzip;q=0.1234", false),
            ("gzip;q=-1", false), ("gzip;q=", false), ("gzip;q=1.", true), ("gzip;", false), ("gzip;level=1", false),
            ("gzip q=1", false), ("gzipped", false), (",,gzip,,", true), ("gzip;q=0.5;q=1", false),
        ] as [(String?, Bool)])
    func preference(field: String?, gzip: Bool) {
        #expect(AcceptEncoding(field).prefersGzip == gzip)
    }

    @Test func identityStaysAcceptableUnlessRefused() {
        #expect(AcceptEncoding("gzip").identity > 0)
        #expect(AcceptEncoding("*;q=0").identity == 0)
        #expect(AcceptEncoding("*;q=0, identity;q=0.5").identity == 500)
    }
}
