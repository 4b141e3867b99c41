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
@_cdecl("exposition_fuzz_main")
public func runFuzzer(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments) { fuzz($0, $1) }
}

/// Called by libFuzzer with each input: the text of a metrics endpoint.
///
/// What must hold, beside that nothing traps and AddressSanitizer is content:
/// - The reader gives the same histograms or the same refusal for the text in one piece and cut in two.
/// - Figures are numbers, and lie within their bounds.
public func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: pointer, count: count))
    let whole = Outcome([bytes[...]])
    let middle = count == 0 ? 0 : Int(bytes[count / 2]) % (count + 1)
    guard Outcome([bytes[..<middle], bytes[middle...]]) == whole else {
        fatalError("the result depends on how the input is cut")
    }
    return 0
}

/// What a text comes to.
private enum Outcome: Equatable {
    case read(prefill: LengthBuckets, decode: LengthBuckets)
    case refused(InvalidInput)

    init(_ pieces: [ArraySlice<UInt8>]) {
        do {
            var reader = ExpositionReader(try TokenMetrics())
            for piece in pieces { try reader.feed(piece) }
            let histograms = try reader.finish()
            self = .read(prefill: histograms.prefill, decode: histograms.decode)
            guard let load = try? MetricsWorkload(histograms) else { return }
            Self.check(load)
        } catch {
            self = .refused(error as? InvalidInput ?? InvalidInput(field: "", rule: "\(error)"))
        }
    }

    private static func check(_ metrics: MetricsWorkload) {
        let load = metrics.load
        for (value, bounds) in [
            (load.mean.value, load.meanBounds), (load.standardDeviation.value, load.deviationBounds),
            (metrics.prefill.standardDeviation, metrics.prefill.deviationBounds),
        ] {
            guard value.isFinite, value >= 0 else { fatalError("a figure is no number") }
            guard let bounds else { continue }
            guard bounds.lowerBound.isFinite, bounds.upperBound.isFinite else { fatalError("a bound is no number") }
        }
        _ = metrics.warnings
    }
}
