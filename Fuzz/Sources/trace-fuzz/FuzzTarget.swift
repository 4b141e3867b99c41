import Calibration
import Text

/// libFuzzer's driver, in the runtime that -sanitize=fuzzer links.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// SwiftPM links executables with this as their main function, in place of libFuzzer's.
@_cdecl("trace_fuzz_main")
public func runFuzzer(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments) { fuzz($0, $1) }
}

/// Called by libFuzzer with each input: the first byte chooses the layout and the options, the rest is the trace.
///
/// What must hold, beside that nothing traps and AddressSanitizer is content:
/// - The reader gives the same summary or refuses the text alike in one piece, cut in pieces, and byte by byte.
/// - As many rows are told as were read, and the statistics of what was read exist or are refused.
public func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: pointer, count: count))
    guard let choice = bytes.first else { return 0 }
    let text = Array(bytes.dropFirst())
    let format = TraceFormat.allCases[Int(choice) % TraceFormat.allCases.count]
    var options = TraceOptions(firstTokenFromPrefill: choice & 0x40 != 0)
    if choice & 0x80 != 0 { (options.prefillColumn, options.decodeColumn) = ("/u/in", "2") }
    let whole = outcome(text, piece: max(1, text.count), format, options)
    for piece in [1, 7, 64] where outcome(text, piece: piece, format, options) != whole {
        fatalError("the result depends on how the input is cut")
    }
    guard case .success(let summary) = whole else { return 0 }
    guard summary.rows == summary.sums.count + summary.emptyOutputs + summary.skipped.rows else {
        fatalError("rows were lost")
    }
    if let statistics = try? TraceStatistics(summary), !statistics.loadMean.value.isFinite {
        fatalError("a figure is no number")
    }
    return 0
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
