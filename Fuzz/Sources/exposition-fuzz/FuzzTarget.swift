import Calibration
import FuzzDriver
import Text

/// The text of a metrics endpoint.
///
/// What must hold:
/// - The reader gives the same histograms or the same refusal for the text in one piece and cut in two.
/// - Figures are numbers, and lie within their bounds.
@main
struct ExpositionFuzz: FuzzTarget {
    static func check(_ bytes: [UInt8]) {
        let whole = Outcome([bytes[...]])
        let middle = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % (bytes.count + 1)
        guard Outcome([bytes[..<middle], bytes[middle...]]) == whole else {
            fatalError("the result depends on how the input is cut")
        }
    }
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
