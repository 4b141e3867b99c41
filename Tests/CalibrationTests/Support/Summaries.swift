import Calibration

/// Reads a whole trace, cut into pieces of the given sizes in turn.
func summary(
    _ bytes: [UInt8], _ format: TraceFormat, options: TraceOptions = TraceOptions(), pieces: [Int] = [1 << 16]
) throws -> TraceSummary {
    var parser = TraceParser(format: format, options: options)
    var start = 0
    var turn = 0
    while start < bytes.count {
        let end = min(bytes.count, start + pieces[turn % pieces.count])
        let piece = Array(bytes[start..<end])
        try parser.feed(piece.span)
        start = end
        turn += 1
    }
    return try parser.finish()
}

func summary(
    _ text: String, _ format: TraceFormat, options: TraceOptions = TraceOptions(), pieces: [Int] = [1 << 16]
) throws -> TraceSummary {
    try summary(Array(text.utf8), format, options: options, pieces: pieces)
}

/// CSV of requests.
func csv(_ requests: some Sequence<(prefill: Int, decode: Int)>) -> String {
    "prompt_tokens,output_tokens\n" + requests.map { "\($0.prefill),\($0.decode)\n" }.joined()
}
