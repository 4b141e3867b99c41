/// Reads a file or standard input line by line.
struct LineReader: ~Copyable {
    /// A line without its line feed; `isComplete` is false for a last one that has none.
    struct Line {
        var bytes: [UInt8]
        var isComplete: Bool
    }

    /// Bytes; longer ones are an error.
    static let maximumLength = 64 << 20

    private let file: FileReader
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var filled = 0

    /// - Parameter path: `-` is standard input.
    init(path: String) throws(Unreadable) { self.init(try FileReader(path: path)) }

    init(_ file: consuming FileReader) { self.file = file }

    /// The next line; nil at the end.
    mutating func next() throws(Unreadable) -> Line? {
        var line: [UInt8] = []
        while true {
            if let feed = buffer[position..<filled].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[position..<feed]
                position = feed + 1
                return Line(bytes: line, isComplete: true)
            }
            line += buffer[position..<filled]
            guard line.count <= Self.maximumLength else {
                throw Unreadable(file.path, "a line is longer than \(Self.maximumLength) bytes")
            }
            position = 0
            filled = try file.read(into: &buffer)
            if filled == 0 { return line.isEmpty ? nil : Line(bytes: line, isComplete: false) }
        }
    }
}
