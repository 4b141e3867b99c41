/// What a service answered: the bytes of one HTTP response after which the connection is closed (RFC 9112).
struct ServiceResponse: Equatable {
    let status: Int
    /// Media type, in lower case and without parameters.
    let contentType: String
    let body: [UInt8]
    /// Whether the response itself says how long its body is.
    let isDelimited: Bool

    /// - Parameter bytes: everything that came until the end of the stream. nil comes back for what is no response, or not all of it.
    init?(_ bytes: [UInt8]) {
        guard let end = Self.endOfHead(bytes[...]) else { return nil }
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        guard let first = lines.first, first.hasPrefix("HTTP/1."), first.utf8.count >= 12,
            let status = Int(first.dropFirst(9).prefix(3)), 100...599 ~= status
        else { return nil }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            var value = line[line.index(after: colon)...]
            while value.first == " " || value.first == "\t" { value.removeFirst() }
            while value.last == " " || value.last == "\t" { value.removeLast() }
            fields[line[..<colon].lowercased()] = String(value)
        }
        let rest = bytes[end...]
        self.status = status
        contentType = String((fields["content-type"] ?? "").lowercased().prefix { $0 != ";" && $0 != " " })
        isDelimited = fields["transfer-encoding"] != nil || fields["content-length"] != nil
        if fields["transfer-encoding"]?.lowercased() == "chunked" {
            guard let body = Self.joined(rest) else { return nil }
            self.body = body
        } else if let length = fields["content-length"] {
            guard let count = Int(length), count >= 0, rest.count >= count else { return nil }
            body = Array(rest.prefix(count))
        } else {
            body = Array(rest)
        }
    }

    /// Where the body begins; nil where the head is not whole.
    private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
        var line = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                if line == 0 { return index + 1 }
                line = 0
            case UInt8(ascii: "\r"): break
            default: line += 1
            }
        }
        return nil
    }

    /// The chunks of a body; nil where the last one is missing.
    private static func joined(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var body: [UInt8] = []
        var rest = bytes
        while let feed = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let digits = rest[..<feed].prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
            guard let count = Int(String(decoding: digits, as: UTF8.self), radix: 16), count >= 0 else { return nil }
            rest = rest[(feed + 1)...]
            if count == 0 { return body }
            guard rest.count > count else { return nil }
            body += rest.prefix(count)
            rest = rest.dropFirst(count)
            if rest.first == UInt8(ascii: "\r") { rest = rest.dropFirst() }
            guard rest.first == UInt8(ascii: "\n") else { return nil }
            rest = rest.dropFirst()
        }
        return nil
    }
}
