import CZlib
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct InflaterTests {
    /// zlib's own compressor as the reference. Window bits: 31 is gzip, 15 zlib, -15 raw.
    static func compress(_ input: [UInt8], windowBits: Int32) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = input
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(count))
    }

    static func gzip(_ text: String) -> [UInt8] { compress(Array(text.utf8), windowBits: 31) }

    /// Feeds `pieces` one after the other, with little room for output.
    static func inflate(
        _ pieces: [[UInt8]], _ coding: ContentCoding, limit: Int = 1_000_000, room: Int = 100
    ) throws -> [UInt8] {
        let inflater = Inflater(coding, limit: limit)
        var output: [UInt8] = []
        for piece in pieces {
            var start = 0
            while true {
                let before = output.count
                start += try piece[start...].withUnsafeBytes { try inflater.inflate($0, into: &output, room: room) }
                #expect(output.count - before <= room)
                if output.count - before < room { break }
            }
            #expect(start == piece.count)
        }
        try inflater.finish()
        return output
    }

    private static let sample = (0..<5000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31 ^ $0) }

    @Test("Pieces have bounded length and make up the whole, however the input is cut", arguments: [1, 7, 1 << 20])
    func pieces(cut: Int) throws {
        let compressed = Self.gzip(String(repeating: "0123456789", count: 10_000))
        let inflater = Inflater(.gzip, limit: 1 << 20)
        var lengths: [Int] = []
        for start in stride(from: 0, to: compressed.count, by: cut) {
            var pieces = InflatedPieces(of: Array(compressed[start...].prefix(cut)), inflater, room: 4096)
            while let piece = try pieces.next() { lengths.append(piece.count) }
        }
        try inflater.finish()
        #expect(lengths.reduce(0, +) == 100_000)
        #expect(lengths.allSatisfy { (1...4096).contains($0) })
        #expect(throws: InflateError.self) {
            let bytes = [0x1F, 0x8B] + Array(repeating: 7 as UInt8, count: 30)
            var damaged = InflatedPieces(of: bytes, Inflater(.gzip, limit: 100), room: 10)
            while try damaged.next() != nil {}
        }
    }

    @Test(arguments: [(ContentCoding.gzip, 31 as Int32), (.deflate, 15)])
    func wholeAndByteByByte(coding: ContentCoding, windowBits: Int32) throws {
        let compressed = Self.compress(Self.sample, windowBits: windowBits)
        let whole = try Self.inflate([compressed], coding) == Self.sample
        #expect(whole)
        let bytes = try Self.inflate(compressed.map { [$0] }, coding) == Self.sample
        #expect(bytes)
    }

    @Test func cutAnywhereInTwoGivesTheSame() throws {
        let compressed = Self.gzip("hello, hello, hello") + Self.gzip(" world")
        for cut in 0...compressed.count {
            let output = try Self.inflate([Array(compressed[..<cut]), Array(compressed[cut...])], .gzip, room: 3)
            #expect(output == Array("hello, hello, hello world".utf8), "cut at \(cut)")
        }
    }

    @Test(arguments: [ContentCoding.gzip, .deflate])
    func everyPrefixIsTruncated(coding: ContentCoding) throws {
        let compressed = Self.compress(Array("hello".utf8), windowBits: coding == .gzip ? 31 : 15)
        for end in 0..<compressed.count {
            #expect(throws: InflateError.truncated, "\(end) bytes") {
                try Self.inflate([Array(compressed[..<end])], coding)
            }
        }
    }

    @Test func gzipMembersFollowOneAnother() throws {
        let members = Self.gzip("a") + Self.gzip("") + Self.gzip("b")
        #expect(try Self.inflate([members], .gzip) == Array("ab".utf8))
    }

    @Test(
        arguments: [
            ([0x00, 0x1F], InflateError.trailingGarbage), ([0x0A], .trailingGarbage), ([0x1F, 0x8C], .corrupt),
            ([0x1F], .truncated), ([0x1F, 0x8B], .truncated),
        ] as [([UInt8], InflateError)])
    func bytesAfterGzip(rest: [UInt8], error: InflateError) {
        #expect(throws: error) { try Self.inflate([Self.gzip("a") + rest], .gzip) }
        #expect(throws: error) { try Self.inflate([Self.gzip("a"), rest], .gzip) }
    }

    @Test("zeros after the last member are padding, in one piece or more")
    func padding() throws {
        let text = Array("a".utf8)
        #expect(try Self.inflate([Self.gzip("a") + [0, 0, 0]], .gzip) == text)
        #expect(try Self.inflate([Self.gzip("a"), [0], [0, 0]], .gzip) == text)
        #expect(throws: InflateError.corrupt) { try Self.inflate([[0, 0]], .gzip) }
    }

    @Test func bytesAfterDeflate() {
        let compressed = Self.compress(Array("a".utf8), windowBits: 15)
        #expect(throws: InflateError.trailingGarbage) { try Self.inflate([compressed + [0]], .deflate) }
        #expect(throws: InflateError.trailingGarbage) { try Self.inflate([compressed, compressed], .deflate) }
    }

    @Test func otherFormatsAreCorrupt() {
        let raw = Self.compress(Self.sample, windowBits: -15)
        let zlib = Self.compress(Self.sample, windowBits: 15)
        #expect(throws: InflateError.corrupt) { try Self.inflate([raw], .deflate) }
        #expect(throws: InflateError.corrupt) { try Self.inflate([zlib], .gzip) }
        #expect(throws: InflateError.corrupt) { try Self.inflate([Self.gzip("a")], .deflate) }
        #expect(throws: InflateError.corrupt) { try Self.inflate([Array("plain text".utf8)], .gzip) }
    }

    @Test func everyFlippedBitIsFoundOrHarmless() throws {
        let compressed = Self.gzip("hello, hello, hello")
        for bit in 0..<(compressed.count * 8) {
            var damaged = compressed
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            // Flags, time and system of the header are not covered by the checksum; content always is.
            if let output = try? Self.inflate([damaged], .gzip) {
                #expect(output == Array("hello, hello, hello".utf8), "bit \(bit)")
            }
        }
    }

    @Test func theLimitCountsOutputAndIsExact() throws {
        let compressed = Self.compress([UInt8](repeating: 0, count: 5000), windowBits: 31)
        #expect(try Self.inflate([compressed], .gzip, limit: 5000).count == 5000)
        #expect(throws: InflateError.tooLarge) { try Self.inflate([compressed], .gzip, limit: 4999) }
        #expect(throws: InflateError.tooLarge) {
            try Self.inflate([Self.gzip("ab") + Self.gzip("cd")], .gzip, limit: 3)
        }
        #expect(try Self.inflate([Self.gzip("")], .gzip, limit: 0).isEmpty)
        #expect(try Self.inflate([Self.gzip("ab")], .gzip, limit: .max) == Array("ab".utf8))
    }

    @Test func aBombIsStoppedAtTheLimit() {
        let bomb = Self.compress([UInt8](repeating: 0, count: 20_000_000), windowBits: 31)
        let inflater = Inflater(.gzip, limit: 1000)
        var output: [UInt8] = []
        #expect(throws: InflateError.tooLarge) {
            _ = try bomb.withUnsafeBytes { try inflater.inflate($0, into: &output) }
        }
        #expect(output.count <= 1001)
        // It stays stopped.
        #expect(throws: InflateError.corrupt) { try inflater.finish() }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bytes }
            for coding in ContentCoding.allCases {
                _ = try? Self.inflate([bytes], coding, limit: 500, room: 7)
            }
        }
    }
}
