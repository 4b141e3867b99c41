extension JSONParser {
    /// Reads a string (RFC 8259, section 7), checks that it is UTF-8 (RFC 3629) and puts it on the tape.
    ///
    /// Without escapes the node points into the text; with escapes the decoded bytes go into the arena.
    mutating func string() throws(Stop) {
        let start = position + 1
        var i = start
        while i < end {
            let byte = text[i]
            if byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
                i += 1
            } else if byte == UInt8(ascii: "\"") {
                position = i + 1
                append(.string, pack(start, i - start))
                return
            } else if byte == UInt8(ascii: "\\") {
                try stringWithEscapes(start: start, at: i)
                return
            } else if byte < 0x20 {
                throw Stop(reason: .controlCharacter(byte), offset: i)
            } else {
                i += try utf8Length(at: i)
            }
        }
        throw Stop(reason: .truncated, offset: end)
    }

    private mutating func stringWithEscapes(start: Int, at escape: Int) throws(Stop) {
        let arenaStart = arena.count
        arena.append(contentsOf: text[start..<escape])
        var i = escape
        while i < end {
            let byte = text[i]
            switch byte {
            case UInt8(ascii: "\""):
                position = i + 1
                append(.string, pack(arenaStart, arena.count - arenaStart), .inArena)
                return
            case UInt8(ascii: "\\"):
                i = try unescape(at: i)
            case 0..<0x20:
                throw Stop(reason: .controlCharacter(byte), offset: i)
            case 0x20..<0x80:
                arena.append(byte)
                i += 1
            default:
                let length = try utf8Length(at: i)
                arena.append(contentsOf: text[i..<i + length])
                i += length
            }
        }
        throw Stop(reason: .truncated, offset: end)
    }

    /// Decodes the escape at `i` into the arena; the index behind it.
    private mutating func unescape(at i: Int) throws(Stop) -> Int {
        guard i + 1 < end else { throw Stop(reason: .truncated, offset: end) }
        switch text[i + 1] {
        case UInt8(ascii: "\""): arena.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): arena.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): arena.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): arena.append(0x08)
        case UInt8(ascii: "f"): arena.append(0x0C)
        case UInt8(ascii: "n"): arena.append(0x0A)
        case UInt8(ascii: "r"): arena.append(0x0D)
        case UInt8(ascii: "t"): arena.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try hexadecimal(at: i + 2, escape: i)
            guard unit & 0xF800 == 0xD800 else {
                appendScalar(unit)
                return i + 6
            }
            // A high surrogate, and behind it a low one (RFC 8259, section 7).
            guard unit < 0xDC00 else { throw Stop(reason: .loneSurrogate, offset: i) }
            guard i + 7 < end else { throw Stop(reason: .truncated, offset: end) }
            guard text[i + 6] == UInt8(ascii: "\\"), text[i + 7] == UInt8(ascii: "u") else {
                throw Stop(reason: .loneSurrogate, offset: i)
            }
            let low = try hexadecimal(at: i + 8, escape: i + 6)
            guard low & 0xFC00 == 0xDC00 else { throw Stop(reason: .loneSurrogate, offset: i) }
            appendScalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF)
            return i + 12
        default: throw Stop(reason: .escape, offset: i)
        }
        return i + 2
    }

    private func hexadecimal(at start: Int, escape: Int) throws(Stop) -> UInt32 {
        var value: UInt32 = 0
        for i in start..<start + 4 {
            guard i < end else { throw Stop(reason: .truncated, offset: end) }
            switch text[i] {
            case let byte where byte &- 0x30 < 10: value = value << 4 | UInt32(byte &- 0x30)
            case let byte where (byte | 0x20) &- 0x61 < 6: value = value << 4 | UInt32((byte | 0x20) &- 0x61 &+ 10)
            default: throw Stop(reason: .escape, offset: escape)
            }
        }
        return value
    }

    private mutating func appendScalar(_ value: UInt32) {
        switch value {
        case 0..<0x80:
            arena.append(UInt8(value))
        case 0x80..<0x800:
            arena.append(UInt8(0xC0 | value >> 6))
            arena.append(UInt8(0x80 | value & 0x3F))
        case 0x800..<0x10000:
            arena.append(UInt8(0xE0 | value >> 12))
            arena.append(UInt8(0x80 | value >> 6 & 0x3F))
            arena.append(UInt8(0x80 | value & 0x3F))
        default:
            arena.append(UInt8(0xF0 | value >> 18))
            arena.append(UInt8(0x80 | value >> 12 & 0x3F))
            arena.append(UInt8(0x80 | value >> 6 & 0x3F))
            arena.append(UInt8(0x80 | value & 0x3F))
        }
    }

    /// Length of the well-formed UTF-8 sequence at `i`, whose first byte is 0x80 or more (RFC 3629, section 4).
    private func utf8Length(at i: Int) throws(Stop) -> Int {
        let first = text[i]
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, lowest) = (3, 0xA0)
        case 0xE1...0xEC, 0xEE...0xEF: length = 3
        case 0xED: (length, highest) = (3, 0x9F)
        case 0xF0: (length, lowest) = (4, 0x90)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, highest) = (4, 0x8F)
        default: throw Stop(reason: .utf8, offset: i)
        }
        for offset in 1..<length {
            guard i + offset < end else { throw Stop(reason: .truncated, offset: end) }
            let byte = text[i + offset]
            guard byte >= lowest, byte <= highest else { throw Stop(reason: .utf8, offset: i) }
            lowest = 0x80
            highest = 0xBF
        }
        return length
    }

    private func pack(_ start: Int, _ length: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: start) << 32 | UInt64(truncatingIfNeeded: length)
    }
}
