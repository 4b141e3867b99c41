import Calibration
import FuzzDriver
import Text

/// The first byte chooses the layout and the options, the rest is the trace.
///
/// What must hold:
/// - The reader gives the same summary or refuses the text alike in one piece, cut in pieces, and byte by byte.
/// - As many rows are told as were read, and the statistics of what was read exist or are refused.
@main
struct TraceFuzz: FuzzTarget {
    static func check(_ bytes: [UInt8]) {
        guard let choice = bytes.first else { return }
        let text = Array(bytes.dropFirst())
        let format = TraceFormat.allCases[Int(choice) % TraceFormat.allCases.count]
        var options = TraceOptions(firstTokenFromPrefill: choice & 0x40 != 0)
        if choice & 0x80 != 0 { (options.prefillColumn, options.decodeColumn) = ("/u/in", "2") }
        let whole = outcome(text, piece: max(1, text.count), format, options)
        for piece in [1, 7, 64] where outcome(text, piece: piece, format, options) != whole {
            fatalError("the result depends on how the input is cut")
        }
        guard case .success(let summary) = whole else { return }
        guard summary.rows == summary.sums.count + summary.emptyOutputs + summary.skipped.rows else {
            fatalError("rows were lost")
        }
        if let statistics = try? TraceStatistics(summary), !statistics.loadMean.value.isFinite {
            fatalError("a figure is no number")
        }
    }
}

private func outcome(
    _ text: [UInt8], piece: Int, _ format: TraceFormat, _ options: TraceOptions
) -> Result<TraceSummary, InvalidInput> {
    Result { () throws(InvalidInput) in
        var parser = TraceParser(format: format, options: options)
        for start in stride(from: 0, to: text.count, by: piece) {
            let part = Array(text[start..<min(text.count, start + piece)])
            try parser.feed(part.span)
        }
        return try parser.finish()
    }
}
