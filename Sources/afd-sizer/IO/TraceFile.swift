import ArgumentParser
import Calibration
import HTTPServer
import SizingContract

/// Feeds a trace, or metrics, from a file or standard input to a ``WorkloadReader``, undoing gzip.
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

    private static let chunk = 1 << 18

    /// The answer of `/v1/workload`, indented.
    ///
    /// - Parameter progress: called with the fraction of the file that was read, where its length is known.
    /// - Returns: the answer, or what is wrong with the trace.
    /// - Throws: where the file cannot be read, or its gzip data are damaged.
    func answer(_ progress: (Double) -> Void) throws(Unreadable) -> Result<[UInt8], ProblemDocument> {
        var reader: WorkloadReader?
        if let problem = try feed(&reader, progress) { return .failure(problem) }
        return Result { [reader] () throws(ProblemDocument) in
            var reader = reader ?? makeReader(first: nil)
            return try reader.answer(pretty: true, OperationContext())
        }
    }

    /// Reads the whole file, or up to where the reader finds something wrong, which is returned.
    private func feed(
        _ reader: inout WorkloadReader?, _ progress: (Double) -> Void
    ) throws(Unreadable) -> ProblemDocument? {
        let file = try FileReader(path: path)
        let length = file.length.map { Double($0) }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        var inflater: Inflater?
        var done = 0.0
        while true {
            let count = try file.read(into: &buffer)
            if count == 0 { break }
            let bytes = count == buffer.count ? buffer : Array(buffer[..<count])
            if done == 0, bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
                inflater = Inflater(.gzip, limit: 1 << 60)
            }
            if let problem = try take(bytes, inflater, &reader) { return problem }
            done += Double(count)
            if let length { progress(done / length) }
        }
        if let inflater {
            do { try inflater.finish() } catch { throw Unreadable(path, "the gzip data ends too early") }
        }
        return nil
    }

    /// Hands bytes on; what is wrong with them, where something is.
    private func take(
        _ bytes: [UInt8], _ inflater: Inflater?, _ reader: inout WorkloadReader?
    ) throws(Unreadable) -> ProblemDocument? {
        guard let inflater else { return consume(bytes, &reader) }
        var rest = bytes[...]
        while true {
            var content: [UInt8] = []
            do {
                let used = try rest.withUnsafeBytes { try inflater.inflate($0, into: &content, room: Self.chunk) }
                rest = rest.dropFirst(used)
            } catch {
                throw Unreadable(path, "the gzip data is damaged")
            }
            if !content.isEmpty, let problem = consume(content, &reader) { return problem }
            if rest.isEmpty, content.count < Self.chunk { return nil }
        }
    }

    private func consume(_ bytes: [UInt8], _ reader: inout WorkloadReader?) -> ProblemDocument? {
        do throws(ProblemDocument) {
            if reader == nil { reader = makeReader(first: bytes.first { $0 > 0x20 && $0 < 0x80 }) }
            try reader?.feed(bytes)
            return nil
        } catch {
            return error
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
        let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return .jsonLines }
        if name.hasSuffix(".json") || first == UInt8(ascii: "[") { return .json }
        if name.hasSuffix(".prom") { return nil }
        return first == UInt8(ascii: "{") ? .jsonLines : .csv
    }
}
