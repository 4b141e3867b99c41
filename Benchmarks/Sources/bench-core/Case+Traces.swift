import Calibration

extension Case {
    static let traces: [Case] = [
        Case("CSV, 100,000 requests", bytes: { csv(100_000).count }, prepare: { reading(csv(100_000), .csv) }),
        Case(
            "NDJSON, 100,000 requests", bytes: { ndjson(100_000).count },
            prepare: { reading(ndjson(100_000), .jsonLines) }),
        Case("statistics of 100,000 requests") {
            var parser = TraceParser(format: .csv)
            try feed(csv(100_000), to: &parser)
            let summary = try parser.finish()
            return { keep(try? TraceStatistics(hide(summary))) }
        },
    ]

    private static func reading(_ bytes: [UInt8], _ format: TraceFormat) -> () -> Void {
        {
            var parser = TraceParser(format: format)
            guard (try? feed(bytes, to: &parser)) != nil, let summary = try? parser.finish() else {
                fatalError("the trace was not read")
            }
            keep(summary)
        }
    }

    /// In pieces of 64 KiB, as they come from a socket.
    private static func feed(_ bytes: [UInt8], to parser: inout TraceParser) throws {
        let span = bytes.span
        var start = 0
        while start < span.count {
            let end = min(span.count, start + 65_536)
            try parser.feed(span.extracting(start..<end))
            start = end
        }
    }

    private static func csv(_ rows: Int) -> [UInt8] {
        var text = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        for (row, request) in requests(rows).enumerated() {
            text += "2023-11-16 18:15:46.\(1_000_000 + row),\(request.prefill),\(request.decode)\n"
        }
        return Array(text.utf8)
    }

    private static func ndjson(_ rows: Int) -> [UInt8] {
        var text = ""
        for (row, request) in requests(rows).enumerated() {
            text += "{\"timestamp\": \(row * 3), \"input_length\": \(request.prefill), "
            text += "\"output_length\": \(request.decode), \"hash_ids\": [\(row), \(row + 1), \(row + 2)]}\n"
        }
        return Array(text.utf8)
    }

    private static func requests(_ count: Int) -> [(prefill: Int, decode: Int)] {
        var state: UInt64 = 1
        func next(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % bound)
        }
        return (0..<count).map { _ in (1 + next(8000), 1 + next(800)) }
    }
}
