/// A plain reading of RFC 9112 over whole input: splits at CRLF, takes the framing at its word, and checks little else.
/// It finds at least the requests that a strict parser may find, and reads their bodies in its own way.
enum ReferenceParser {
    struct Message {
        var target: [UInt8]
        var body: [UInt8]
    }

    static func messages(_ bytes: [UInt8]) -> [Message] {
        var result: [Message] = []
        var rest = bytes[...]
        while let message = next(&rest) { result.append(message) }
        return result
    }

    private static func next(_ rest: inout ArraySlice<UInt8>) -> Message? {
        while rest.starts(with: [13, 10]) { rest = rest.dropFirst(2) }
        guard let line = line(&rest) else { return nil }
        let words = line.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3 else { return nil }
        var lengths: [[UInt8]] = []
        var codings: [[UInt8]] = []
        while true {
            guard let field = Self.line(&rest) else { return nil }
            if field.isEmpty { break }
            guard let colon = field.firstIndex(of: 58) else { return nil }
            let name = String(decoding: field[..<colon], as: UTF8.self).lowercased()
            let value = trimmed(field[(colon + 1)...])
            if name == "content-length" { lengths.append(value) }
            if name == "transfer-encoding" { codings.append(value) }
        }
        if !codings.isEmpty {
            guard lengths.isEmpty, codings.count == 1,
                String(decoding: codings[0], as: UTF8.self).lowercased() == "chunked", let body = chunks(&rest)
            else { return nil }
            return Message(target: Array(words[1]), body: body)
        }
        guard let length = lengths.first else { return Message(target: Array(words[1]), body: []) }
        guard lengths.count == 1, let count = Int(String(decoding: length, as: UTF8.self)), count >= 0,
            count <= rest.count
        else {
            return nil
        }
        defer { rest = rest.dropFirst(count) }
        return Message(target: Array(words[1]), body: Array(rest.prefix(count)))
    }

    private static func chunks(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let line = line(&rest) else { return nil }
            let digits = trimmed(line.prefix { $0 != 59 })
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else {
                return nil
            }
            if size == 0 { break }
            guard size <= rest.count else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard rest.starts(with: [13, 10]) else { return nil }
            rest = rest.dropFirst(2)
        }
        while true {
            guard let trailer = line(&rest) else { return nil }
            if trailer.isEmpty { return body }
        }
    }

    /// What stands before the next CRLF.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var index = rest.startIndex
        while index + 1 < rest.endIndex {
            if rest[index] == 13, rest[index + 1] == 10 {
                defer { rest = rest[(index + 2)...] }
                return rest[..<index]
            }
            index += 1
        }
        return nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = bytes
        while let first = bytes.first, first == 32 || first == 9 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 32 || last == 9 { bytes = bytes.dropLast() }
        return Array(bytes)
    }
}
