/// The four forms of a request-target (RFC 9112, section 3.2) and the parts of a URI that they consist of (RFC 3986).
enum RequestTarget {
    /// Finds the form of `storage.target` and its parts. False where it is in no form that suits the method.
    static func split(_ bytes: Span<UInt8>, into storage: HeadStorage) -> Bool {
        let target = storage.target
        let first = bytes[Int(target.start)]
        if storage.methodCode == .connect {
            storage.form = .authority
            storage.authority = target
            return isAuthority(bytes, target, portRequired: true)
        }
        if first == UInt8(ascii: "/") {
            storage.form = .origin
            return splitPath(bytes, from: Int(target.start), to: Int(target.end), into: storage)
        }
        if first == UInt8(ascii: "*") {
            storage.form = .asterisk
            return target.count == 1 && storage.methodCode == .options
        }
        return splitAbsolute(bytes, into: storage)
    }

    /// `http://host[:port][/path][?query]` or the same with https, without user information (RFC 9110, section 4.2.4).
    private static func splitAbsolute(_ bytes: Span<UInt8>, into storage: HeadStorage) -> Bool {
        let target = bytes.extracting(storage.target.range)
        let schemeLength: Int
        if target.count > 7, target.extracting(0..<7).equalsIgnoringCase("http://") {
            schemeLength = 7
        } else if target.count > 8, target.extracting(0..<8).equalsIgnoringCase("https://") {
            schemeLength = 8
        } else {
            return false
        }
        let start = Int(storage.target.start) + schemeLength
        let end = Int(storage.target.end)
        var pathStart = start
        while pathStart < end, bytes[pathStart] != UInt8(ascii: "/"), bytes[pathStart] != UInt8(ascii: "?") {
            pathStart += 1
        }
        storage.form = .absolute
        storage.authority = HeadStorage.Slice(start, pathStart)
        guard !storage.authority.isEmpty, bytes[start] != UInt8(ascii: ":"),
            isAuthority(bytes, storage.authority, portRequired: false)
        else { return false }
        return splitPath(bytes, from: pathStart, to: end, into: storage)
    }

    private static func splitPath(_ bytes: Span<UInt8>, from start: Int, to end: Int, into storage: HeadStorage) -> Bool
    {
        var index = start
        var queryStart: Int?
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "["), UInt8(ascii: "]"):
                return false
            case UInt8(ascii: "%"):
                guard isEncoded(bytes, at: index, end: end) else { return false }
            case UInt8(ascii: "?") where queryStart == nil:
                queryStart = index + 1
            default: break
            }
            index += 1
        }
        if let queryStart {
            storage.path = HeadStorage.Slice(start, queryStart - 1)
            storage.query = HeadStorage.Slice(queryStart, end)
            storage.hasQuery = true
        } else {
            storage.path = HeadStorage.Slice(start, end)
        }
        return true
    }

    /// Whether a `%` is followed by two hexadecimal digits.
    private static func isEncoded(_ bytes: Span<UInt8>, at index: Int, end: Int) -> Bool {
        index + 2 < end && ByteClass.hexValue(bytes[index + 1]) != nil && ByteClass.hexValue(bytes[index + 2]) != nil
    }

    /// `uri-host [ ":" port ]` (RFC 9110, section 7.2). An empty host is valid here: a `Host` field may be empty.
    ///
    /// - Parameter portRequired: whether there must be a host and a port with digits, as for `CONNECT`.
    static func isAuthority(_ bytes: Span<UInt8>, _ slice: HeadStorage.Slice, portRequired: Bool) -> Bool {
        let end = Int(slice.end)
        var index = Int(slice.start)
        if index < end, bytes[index] == UInt8(ascii: "[") {
            var close = index + 1
            while close < end, bytes[close] != UInt8(ascii: "]") { close += 1 }
            guard close < end, isIPLiteral(bytes.extracting((index + 1)..<close)) else { return false }
            index = close + 1
        } else {
            while index < end, ByteClass.regName.contains(bytes[index]) {
                if bytes[index] == UInt8(ascii: "%"), !isEncoded(bytes, at: index, end: end) { return false }
                index += 1
            }
            if portRequired, index == Int(slice.start) { return false }
        }
        guard index < end else { return !portRequired }
        guard bytes[index] == UInt8(ascii: ":") else { return false }
        index += 1
        if portRequired, index == end { return false }
        var port = 0
        while index < end {
            guard ByteClass.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
            guard port <= 65535 else { return false }
            index += 1
        }
        return true
    }

    /// What stands between the brackets of an IP literal: an IPv6 address, or `v` HEX+ `.` and what follows
    /// (RFC 3986, section 3.2.2).
    static func isIPLiteral(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 2 else { return false }
        if text[0] | 0x20 == UInt8(ascii: "v") {
            var index = 1
            while index < text.count, ByteClass.hexValue(text[index]) != nil { index += 1 }
            guard index > 1, index + 1 < text.count, text[index] == UInt8(ascii: ".") else { return false }
            for rest in (index + 1)..<text.count {
                let byte = text[rest]
                guard byte == UInt8(ascii: ":") || (ByteClass.regName.contains(byte) && byte != UInt8(ascii: "%"))
                else {
                    return false
                }
            }
            return true
        }
        return isIPv6(text)
    }

    /// Eight groups of one to four hexadecimal digits, one run of which may be `::`, and the last two an IPv4 address.
    private static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var compressed = false
        var index = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return false }
            compressed = true
            index = 2
        }
        while index < text.count {
            var digits = 0
            let start = index
            while index < text.count, ByteClass.hexValue(text[index]) != nil {
                digits += 1
                index += 1
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard isIPv4(text.extracting(start..<text.count)) else { return false }
                groups += 2
                index = text.count
                break
            }
            guard digits >= 1, digits <= 4 else { return false }
            groups += 1
            guard index < text.count else { break }
            guard text[index] == UInt8(ascii: ":") else { return false }
            index += 1
            guard index < text.count else { return false }
            if text[index] == UInt8(ascii: ":") {
                guard !compressed else { return false }
                compressed = true
                index += 1
            }
        }
        return compressed ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var parts = 0
        var index = 0
        while true {
            var value = 0
            let start = index
            while index < text.count, ByteClass.isDigit(text[index]), index - start < 3 {
                value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
                index += 1
            }
            guard index > start, value <= 255, index - start == 1 || text[start] != UInt8(ascii: "0") else {
                return false
            }
            parts += 1
            if index == text.count { return parts == 4 }
            guard text[index] == UInt8(ascii: "."), parts < 4 else { return false }
            index += 1
        }
    }
}

/// Percent-encoding of URIs (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Undoes the encoding of a query component, where `+` is a space; malformed parts are kept as they are.
    static func decode(form text: ArraySlice<UInt8>) -> String {
        String(decoding: bytes(text, plusIsSpace: true) ?? Array(text), as: UTF8.self)
    }

    private static func bytes(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.endIndex, let high = ByteClass.hexValue(text[index + 1]),
                    let low = ByteClass.hexValue(text[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }
}
