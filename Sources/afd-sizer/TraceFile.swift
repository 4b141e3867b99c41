import Calibration
import Glibc
import HTTPServer
import SizingAPI

/// Feeds a trace from a file or standard input to the reader of `/v1/workload`, undoing gzip.
struct TraceFile {
    let path: String
    let format: Workload.Format?
    let prefillColumn: String?
    let decodeColumn: String?
    let firstTokenFromPrefill: Bool

    private static let chunk = 1 << 18

    /// - Parameter progress: called with the fraction of the file that was read, where its length is known.
    /// - Returns: status and body as the route would answer.
    func read(_ progress: (Double) -> Void) throws -> (status: Int, body: [UInt8]) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { if path != "-" { close(descriptor) } }
        var status = stat()
        let length = fstat(descriptor, &status) == 0 && status.st_size > 0 ? Double(status.st_size) : nil
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        var reader: WorkloadReader?
        var inflater: Inflater?
        var done = 0.0
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable()
            }
            let bytes = count == buffer.count ? buffer : Array(buffer[..<count])
            if reader == nil, bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
                inflater = Inflater(.gzip, limit: 1 << 60)
            }
            if let answer = try take(bytes, inflater, &reader) { return answer }
            done += Double(count)
            if let length { progress(done / length) }
        }
        if let inflater {
            do { try inflater.finish() } catch {
                throw Input.Unreadable(description: "\(path): the gzip data ends too early")
            }
        }
        return Self.answer((reader ?? makeReader(first: nil)).finish(WorkContext()))
    }

    /// Hands bytes on; an answer where the reader has had enough.
    private func take(
        _ bytes: [UInt8], _ inflater: Inflater?, _ reader: inout WorkloadReader?
    ) throws -> (status: Int, body: [UInt8])? {
        guard let inflater else { return consume(bytes, &reader) }
        var rest = bytes[...]
        while true {
            var content: [UInt8] = []
            do {
                let used = try rest.withUnsafeBytes { try inflater.inflate($0, into: &content, room: Self.chunk) }
                rest = rest.dropFirst(used)
            } catch {
                throw Input.Unreadable(description: "\(path): the gzip data is damaged")
            }
            if !content.isEmpty, let answer = consume(content, &reader) { return answer }
            if rest.isEmpty, content.count < Self.chunk { return nil }
        }
    }

    private func consume(_ bytes: [UInt8], _ reader: inout WorkloadReader?) -> (status: Int, body: [UInt8])? {
        let taker = reader ?? makeReader(first: bytes.first { $0 > 0x20 && $0 < 0x80 })
        reader = taker
        return taker.consume(bytes).map { Self.answer($0) }
    }

    private func makeReader(first: UInt8?) -> WorkloadReader {
        var options = TraceOptions(
            prefillColumn: prefillColumn, decodeColumn: decodeColumn, firstTokenFromPrefill: firstTokenFromPrefill)
        options.maximumLine = 1 << 20
        return WorkloadReader(format: layout(first: first), options: options, pretty: true)
    }

    private func layout(first: UInt8?) -> WorkloadReader.Format {
        switch format {
        case .csv: return .csv
        case .ndjson: return .jsonLines
        case .json: return .json
        case nil: break
        }
        let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return .jsonLines }
        if name.hasSuffix(".json") || first == UInt8(ascii: "[") { return .json }
        return first == UInt8(ascii: "{") ? .jsonLines : .csv
    }

    private static func answer(_ response: Response) -> (status: Int, body: [UInt8]) {
        guard case .bytes(let bytes) = response.body else { return (response.status.code, []) }
        return (response.status.code, bytes)
    }

    private func unreadable() -> Input.Unreadable {
        Input.Unreadable(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
