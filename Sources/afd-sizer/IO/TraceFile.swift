import ArgumentParser
import Calibration
import SizingContract

/// Feeds a trace, or metrics, from a file or standard input to a ``WorkloadReader``.
struct TraceFile {
    /// How a trace is laid out.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, ndjson, json
    }

    /// The unit of times, as the flag has it.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case s, ms, us, ns

        var unit: TimeUnit? { TimeUnit(rawValue: rawValue) }
    }

    let path: String
    let format: Format?
    let options: TraceOptions

    /// The answer of `/v1/workload`, indented.
    ///
    /// - Parameter progress: called with the fraction of the file that was read, where its length is known.
    /// - Returns: the answer, or what is wrong with the trace.
    /// - Throws: where the file cannot be read, or its gzip data are damaged.
    func answer(_ progress: (Double) -> Void) throws(Unreadable) -> Result<[UInt8], ProblemDocument> {
        var reader: WorkloadReader?
        let problem = try PackedFile(path: path).read(
            progress: progress,
            take: { (bytes: [UInt8]) throws(ProblemDocument) in
                if reader == nil { reader = makeReader(first: bytes.first { $0 > 0x20 && $0 < 0x80 }) }
                try reader?.feed(bytes)
            })
        if let problem { return .failure(problem) }
        return Result { [reader] () throws(ProblemDocument) in
            var reader = reader ?? makeReader(first: nil)
            return try reader.answer(pretty: true, OperationContext())
        }
    }

    /// The media type that tells a service how `bytes`, the whole trace, are laid out.
    func mediaType(of bytes: [UInt8]) -> String {
        let start = PackedFile.start(of: bytes)
        return switch layout(first: start.first { $0 > 0x20 && $0 < 0x80 }) {
        case .csv: "text/csv"
        case .jsonLines: "application/x-ndjson"
        case .json: "application/json"
        case nil: "text/plain"
        }
    }

    private func makeReader(first: UInt8?) -> WorkloadReader {
        WorkloadReader(layout(first: first), options: options)
    }

    /// nil for the text of a metrics endpoint; that of another name is told by the reader.
    private func layout(first: UInt8?) -> TraceReader.Format? {
        switch format {
        case .csv: return .csv
        case .ndjson: return .jsonLines
        case .json: return .json
        case nil: break
        }
        if path.hasSuffix(".prom") || path.hasSuffix(".prom.gz") { return nil }
        return TraceReader.Format(name: path, first: first)
    }
}
