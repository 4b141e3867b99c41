import Calibration
import Text

/// Reads the trace of a replay as it comes, in any layout that `/v1/workload` takes.
public struct ReplayTraceReader: Sendable {
    private let name: String
    private var options: TraceOptions
    private var reader: TraceReader?

    /// - Parameters:
    ///   - name: of the file, which tells how it is laid out; empty where none is known.
    ///   - options: how it is read.
    ///   - maximumRows: most requests.
    public init(
        name: String, options: TraceOptions = TraceOptions(), maximumRows: Int = RequestTimetable.maximumRows
    ) {
        self.name = name
        self.options = options
        self.options.keptRequests = maximumRows
    }

    /// Bytes of the requests so far.
    public var memory: Int { reader?.timetableMemory ?? 0 }

    /// Takes the next bytes, after gzip was undone.
    ///
    /// - Throws: what is wrong with the trace, as the caller is told.
    public mutating func feed(_ bytes: [UInt8]) throws(ProblemDocument) {
        var current = reader ?? Self.reader(name, first: bytes.first { $0 > 0x20 && $0 < 0x80 }, options)
        // Nobody else holds it meanwhile, so that its rows are not copied.
        reader = nil
        defer { reader = current }
        try current.feed(bytes)
    }

    /// The requests. Called once, after the last bytes.
    ///
    /// - Throws: what is wrong with the trace, as the caller is told.
    public func finish() throws(ProblemDocument) -> ReplayTrace {
        let reader = reader ?? Self.reader(name, first: nil, options)
        let summary = try reader.finish()
        guard let timetable = summary.timetable else {
            throw ProblemDocument(
                .unprocessableContent,
                "The trace has lengths without times: a replay needs rows with arrival times, or trace with arrival_s.")
        }
        var warnings = summary.reading.warnings + timetable.warnings + (summary.activity?.replayWarnings ?? [])
        // Requests without output are replayed all the same.
        warnings += summary.lossWarnings.filter { $0.code != "never_decode" }
        return ReplayTrace(
            timetable.packed,
            warnings: warnings.map { Warning(code: $0.code, detail: $0.detail, pointer: "/trace") })
    }

    private static func reader(_ name: String, first: UInt8?, _ options: TraceOptions) -> TraceReader {
        TraceReader(format: TraceReader.Format(name: name, first: first), options: options)
    }
}
