import Glibc

/// Reads a file or standard input line by line.
struct LineReader: ~Copyable {
    /// A line without its line feed; `isComplete` is false for a last one that has none.
    struct Line {
        var bytes: [UInt8]
        var isComplete: Bool
    }

    /// Bytes; longer ones are an error.
    static let maximumLength = 64 << 20

    private let descriptor: Int32
    private let path: String
    private let owned: Bool
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var filled = 0

    /// - Parameter path: `-` is standard input.
    init(path: String) throws(Input.Unreadable) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error(path) }
        self.init(descriptor: descriptor, path: path, owned: path != "-")
    }

    /// - Parameter owned: whether the descriptor is closed at the end.
    init(descriptor: Int32, path: String, owned: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.owned = owned
    }

    deinit {
        if owned { close(descriptor) }
    }

    /// The next line; nil at the end.
    mutating func next() throws(Input.Unreadable) -> Line? {
        var line: [UInt8] = []
        while true {
            if let feed = buffer[position..<filled].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[position..<feed]
                position = feed + 1
                return Line(bytes: line, isComplete: true)
            }
            line += buffer[position..<filled]
            guard line.count <= Self.maximumLength else {
                throw Input.Unreadable(description: "\(path): a line is longer than \(Self.maximumLength) bytes")
            }
            try fill()
            if filled == 0 { return line.isEmpty ? nil : Line(bytes: line, isComplete: false) }
        }
    }

    private mutating func fill() throws(Input.Unreadable) {
        position = 0
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count >= 0 {
                filled = count
                return
            }
            filled = 0
            if errno != EINTR { throw Self.error(path) }
        }
    }

    private static func error(_ path: String) -> Input.Unreadable {
        Input.Unreadable(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
