import CZlib

/// Decompresses one body as it arrives.
///
/// Both memory and time are bounded: output never exceeds the room given for one call, and the first byte beyond the
/// body's limit ends it. Not shared between threads.
public final class Inflater {
    private enum State {
        /// gzip only: a member ended (or none has begun), and another may begin.
        case betweenMembers
        case inside
        /// gzip only: zeros follow the last member, as tapes and object stores pad (gzip(1) passes over them too).
        case padding
        /// deflate only: the stream is over.
        case ended
        case failed
    }

    private let coding: ContentCoding
    private let limit: Int
    private var state: State
    private var members = 0
    private var produced = 0
    // zlib keeps a pointer to the structure it was set up with, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameters:
    ///   - coding: gzip or deflate.
    ///   - limit: the most that the content may be, in bytes after decompression.
    public init(_ coding: ContentCoding, limit: Int) {
        self.coding = coding
        self.limit = min(limit, .max - 1)  // so that one more than it is a number
        state = coding == .gzip ? .betweenMembers : .inside
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let windowBits: Int32 = coding == .gzip ? 15 + 16 : 15
        // Fails only without memory; the first call of inflate then says so, with Z_STREAM_ERROR.
        inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses from `input` and appends at most `room` bytes to `output`.
    ///
    /// - Returns: how many bytes of `input` were used. All were used, unless the room was: then call again with the rest
    ///   (which may be empty) for what is still to come. Room was used up if `output` grew by `room`.
    public func inflate(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], room: Int = 65_536
    ) throws(InflateError) -> Int {
        var used = 0
        var left = room
        repeat {
            switch state {
            case .failed: throw .corrupt
            case .ended where used < input.count: throw fail(.trailingGarbage)
            case .ended: return used
            case .betweenMembers:
                guard used < input.count else { return used }
                if input[used] == 0, members > 0 {
                    state = .padding
                    continue
                }
                // The first byte of a member is 0x1F. Anything else is not gzip, or not part of it any more.
                guard input[used] == 0x1F else { throw fail(members == 0 ? .corrupt : .trailingGarbage) }
                state = .inside
            case .padding:
                guard input[used...].allSatisfy({ $0 == 0 }) else { throw fail(.trailingGarbage) }
                return input.count
            case .inside: break
            }
            let step = try step(UnsafeRawBufferPointer(rebasing: input[used...]), into: &output, room: left)
            used += step.used
            left -= step.made
            if step.used == 0, step.made == 0, !step.ended { return used }
            if step.ended { try endStream() }
        } while left > 0
        return used
    }

    /// The body is over.
    public func finish() throws(InflateError) {
        switch state {
        case .ended, .padding: return
        case .betweenMembers where members > 0: return
        case .betweenMembers, .inside: throw fail(.truncated)
        case .failed: throw .corrupt
        }
    }

    private struct Step {
        var used, made: Int
        var ended: Bool
    }

    private func step(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], room: Int
    ) throws(InflateError) -> Step {
        // One byte more than the limit tells "just full" from "too large".
        let size = min(room, limit - produced + 1, 65_536)
        var code: Int32 = Z_OK
        let (used, made) = withUnsafeTemporaryAllocation(byteCount: max(1, size), alignment: 1) { chunk in
            let offered = min(input.count, Int(UInt32.max))
            // zlib only reads what next_in points to, though its type does not say so.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(offered)
            stream.pointee.next_out = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(chunk.count)
            code = CZlib.inflate(stream, Z_NO_FLUSH)
            let made = chunk.count - Int(stream.pointee.avail_out)
            output.append(contentsOf: chunk[..<min(made, limit - produced)])
            let used = offered - Int(stream.pointee.avail_in)
            stream.pointee.next_in = nil
            stream.pointee.next_out = nil
            return (used, made)
        }
        produced += made
        guard produced <= limit else { throw fail(.tooLarge) }
        switch code {
        case Z_OK, Z_BUF_ERROR: return Step(used: used, made: made, ended: false)
        case Z_STREAM_END: return Step(used: used, made: made, ended: true)
        default: throw fail(.corrupt)  // Z_DATA_ERROR, Z_NEED_DICT, Z_MEM_ERROR, Z_STREAM_ERROR
        }
    }

    private func endStream() throws(InflateError) {
        switch coding {
        case .deflate: state = .ended
        case .gzip:
            members += 1
            state = .betweenMembers
            guard inflateReset(stream) == Z_OK else { throw fail(.corrupt) }
        }
    }

    private func fail(_ error: InflateError) -> InflateError {
        state = .failed
        return error
    }
}

/// Why a compressed body cannot be read. All but `tooLarge` are the client's malformed content: 400.
public enum InflateError: Error, Equatable, Sendable {
    /// Not the announced format, or a checksum that does not match.
    case corrupt
    /// The body ends in the middle of the compressed stream.
    case truncated
    /// Bytes follow the end of the compressed stream that are not part of it.
    case trailingGarbage
    /// The content is larger than its limit: 413. Found as soon as the limit is passed, without inflating the rest.
    case tooLarge
}

/// What bytes of a compressed body hold, in pieces of bounded length, so that a kilobyte that holds a megabyte takes no megabyte.
public struct InflatedPieces: ~Copyable {
    private let inflater: Inflater
    private let room: Int
    private var rest: ArraySlice<UInt8>
    private var isOver = false

    /// - Parameters:
    ///   - bytes: the next ones of the body.
    ///   - inflater: that of the body, which keeps what is not whole yet.
    ///   - room: longest piece, in bytes.
    public init(of bytes: [UInt8], _ inflater: Inflater, room: Int) {
        self.inflater = inflater
        self.room = room
        rest = bytes[...]
    }

    /// The next piece, not empty; nil after the last one.
    public mutating func next() throws(InflateError) -> [UInt8]? {
        while !isOver {
            var piece: [UInt8] = []
            let used = try inflate(into: &piece)
            rest = rest.dropFirst(used)
            // All bytes are used then (see ``Inflater``).
            isOver = piece.count < room
            if !piece.isEmpty { return piece }
        }
        return nil
    }

    private func inflate(into piece: inout [UInt8]) throws(InflateError) -> Int {
        let result: Result<Int, InflateError> = rest.withUnsafeBytes { bytes in
            do throws(InflateError) {
                return .success(try inflater.inflate(bytes, into: &piece, room: room))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
