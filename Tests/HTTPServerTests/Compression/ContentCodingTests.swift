import Testing

@testable import HTTPServer

@Suite struct ContentCodingTests {
    @Test(
        arguments: [
            (nil, .identity), ("", .identity), ("identity", .identity), (" , ,", .identity),
            ("gzip", .coded(.gzip)), ("GZip", .coded(.gzip)), ("x-gzip", .coded(.gzip)), (" gzip\t", .coded(.gzip)),
            (",gzip,", .coded(.gzip)), ("identity, gzip", .coded(.gzip)), ("deflate", .coded(.deflate)),
            ("gzip, gzip", .unsupported), ("deflate, gzip", .unsupported), ("br", .unsupported), ("zstd", .unsupported),
            ("gzip br", .unsupported), ("gzip;q=1", .unsupported), ("x-deflate", .unsupported),
            ("compress", .unsupported),
            ("gz\u{69}p\u{0}", .unsupported), ("gzíp", .unsupported), ("*", .unsupported),
        ] as [(String?, ContentCoding.Requested)])
    func contentEncoding(field: String?, requested: ContentCoding.Requested) {
        #expect(ContentCoding.requested(by: field) == requested)
    }
}
