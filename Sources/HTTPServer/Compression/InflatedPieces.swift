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
