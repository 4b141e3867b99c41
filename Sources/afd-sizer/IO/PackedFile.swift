import HTTPServer
import SizingContract

/// Reads a file or standard input in pieces, undoing gzip.
struct PackedFile {
    let path: String

    private static let chunk = 1 << 18

    /// Reads the whole file, or up to where `take` finds something wrong, which is returned.
    ///
    /// - Parameters:
    ///   - progress: called with the fraction of the file that was read, where its length is known.
    ///   - take: gets the pieces in order; not empty.
    /// - Throws: where the file cannot be read, or its gzip data are damaged.
    func read(
        progress: (Double) -> Void, take: ([UInt8]) throws(ProblemDocument) -> Void
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
            if done == 0, Self.isGzip(bytes) {
                inflater = Inflater(.gzip, limit: 1 << 60)
            }
            if let problem = try hand(bytes, inflater, take) { return problem }
            done += Double(count)
            if let length { progress(done / length) }
        }
        if let inflater {
            do { try inflater.finish() } catch { throw Unreadable(path, "the gzip data ends too early") }
        }
        return nil
    }

    /// The whole of a file, or of standard input where `path` is `-`.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - limit: in bytes after unpacking; more is an error.
    static func text(of path: String, limit: Int = 1 << 30) throws(Unreadable) -> [UInt8] {
        let bytes = try FileReader.contents(of: path, limit: limit)
        guard isGzip(bytes) else { return bytes }
        let inflater = Inflater(.gzip, limit: limit)
        var text: [UInt8] = []
        do {
            var pieces = InflatedPieces(of: bytes, inflater, room: chunk)
            while let piece = try pieces.next() { text += piece }
            try inflater.finish()
        } catch {
            throw Unreadable(path, "the gzip data is damaged, ends too early or is longer than \(limit) bytes")
        }
        return text
    }

    static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

    /// The first bytes of a file that `bytes` are the whole of, without gzip.
    static func start(of bytes: [UInt8]) -> [UInt8] {
        let start = Array(bytes.prefix(chunk))
        guard isGzip(start) else { return start }
        var content: [UInt8] = []
        let inflater = Inflater(.gzip, limit: 1 << 60)
        _ = try? start.withUnsafeBytes { try inflater.inflate($0, into: &content, room: 4096) }
        return content
    }

    /// Hands bytes on; what is wrong with them, where something is.
    private func hand(
        _ bytes: [UInt8], _ inflater: Inflater?, _ take: ([UInt8]) throws(ProblemDocument) -> Void
    ) throws(Unreadable) -> ProblemDocument? {
        guard let inflater else { return problem(bytes, take) }
        var pieces = InflatedPieces(of: bytes, inflater, room: Self.chunk)
        while true {
            let piece: [UInt8]?
            do throws(InflateError) { piece = try pieces.next() } catch {
                throw Unreadable(path, "the gzip data is damaged")
            }
            guard let piece else { return nil }
            if let problem = problem(piece, take) { return problem }
        }
    }

    private func problem(
        _ bytes: [UInt8], _ take: ([UInt8]) throws(ProblemDocument) -> Void
    ) -> ProblemDocument? {
        do throws(ProblemDocument) {
            try take(bytes)
            return nil
        } catch {
            return error
        }
    }
}
