/// Where in a chunked body the parser is (RFC 9112, section 7.1). Each case says what is awaited.
enum ChunkState: Equatable {
    /// The first digit of a chunk size.
    case sizeStart
    /// More digits, an extension, or CR.
    case size
    /// The name of an extension, after `;`.
    case extensionNameStart
    case extensionName
    /// `=` or `;`, after a name and whitespace.
    case afterExtensionName
    case extensionValueStart
    case extensionValue
    case extensionQuoted
    /// The byte after a backslash.
    case extensionQuotedPair
    /// `;` or CR, after a closing quote.
    case afterExtensionQuoted
    /// `;`, after whitespace that followed a size or a value.
    case beforeSemicolon
    case sizeLineFeed
    case data
    case dataCarriageReturn
    case dataLineFeed
    /// A trailer field or the empty line.
    case trailerStart
    case trailerName
    case trailerValue
    case trailerLineFeed
    case lastLineFeed
}

/// What is counted over one chunked body, for the limits.
struct ChunkCounters {
    var size = 0
    var lineLength = 0
    var extensionBytes = 0
    var trailerBytes = 0
    var trailers = 0
}

extension RequestParser {
    /// Reads on in a chunked body. Nil means that the state has changed and there is more to read.
    mutating func readChunked(_ chunk: ChunkState, _ input: Span<UInt8>, _ position: inout Int) -> Event? {
        guard position < input.count else { return .needMore }
        if chunk == .data {
            let count = min(remaining, input.count - position)
            let start = position
            position += count
            remaining -= count
            if remaining == 0 { state = .chunk(.dataCarriageReturn) }
            return .body(start..<position)
        }
        var chunk = chunk
        while position < input.count {
            let byte = input[position]
            switch step(chunk, byte) {
            case .to(let next):
                position += 1
                chunk = next
                if next == .data {
                    state = .chunk(.data)
                    return nil
                }
            case .done:
                position += 1
                state = .end
                return nil
            case .wrong(let error):
                state = .failed(error)
                return nil
            }
        }
        state = .chunk(chunk)
        return nil
    }

    private enum Step {
        case to(ChunkState)
        /// The body is complete.
        case done
        case wrong(ParseError)
    }

    private mutating func step(_ chunk: ChunkState, _ byte: UInt8) -> Step {
        switch chunk {
        case .data: .wrong(.malformedChunkSize)  // Taken as a run by the caller.
        case .dataCarriageReturn: byte == .carriageReturn ? .to(.dataLineFeed) : .wrong(.chunkWithoutCRLF)
        case .dataLineFeed: byte == .lineFeed ? .to(.sizeStart) : .wrong(.chunkWithoutCRLF)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed: stepTrailer(chunk, byte)
        default: stepSizeLine(chunk, byte)
        }
    }

    // MARK: The line of the size

    private mutating func stepSizeLine(_ chunk: ChunkState, _ byte: UInt8) -> Step {
        if chunk == .sizeStart {
            chunks.size = 0
            chunks.lineLength = 0
        }
        if chunk == .sizeLineFeed { return endSizeLine(byte) }
        if byte != .carriageReturn {
            chunks.lineLength += 1
            guard chunks.lineLength <= limits.chunkLine else { return .wrong(.chunkLineTooLong) }
            if chunk != .sizeStart, chunk != .size {
                chunks.extensionBytes += 1
                guard chunks.extensionBytes <= limits.chunkExtensions else { return .wrong(.chunkExtensionsTooLarge) }
            }
        }
        switch chunk {
        case .sizeStart, .size: return stepSize(chunk, byte)
        case .extensionQuoted: return stepQuoted(byte)
        case .extensionQuotedPair:
            return ByteClass.isFieldValue(byte) ? .to(.extensionQuoted) : .wrong(.malformedChunkExtension)
        default: return stepExtension(chunk, byte)
        }
    }

    private mutating func stepSize(_ chunk: ChunkState, _ byte: UInt8) -> Step {
        if let digit = ByteClass.hexValue(byte) {
            guard chunks.size <= Int.max >> 4 else { return .wrong(.malformedChunkSize) }
            chunks.size = chunks.size << 4 | Int(digit)
            return .to(.size)
        }
        guard chunk == .size else { return .wrong(.malformedChunkSize) }
        switch byte {
        case UInt8(ascii: ";"): return .to(.extensionNameStart)
        case .carriageReturn: return .to(.sizeLineFeed)
        // BWS before an extension must be read over (RFC 9112, section 7.1.1), but only before one.
        case let byte where ByteClass.isBlank(byte): return .to(.beforeSemicolon)
        default: return .wrong(.malformedChunkSize)
        }
    }

    private func stepExtension(_ chunk: ChunkState, _ byte: UInt8) -> Step {
        let isToken = ByteClass.token.contains(byte)
        let isBlank = ByteClass.isBlank(byte)
        switch (chunk, byte) {
        case (.extensionNameStart, _) where isToken: return .to(.extensionName)
        case (.extensionNameStart, _) where isBlank: return .to(.extensionNameStart)

        case (.extensionName, _) where isToken: return .to(.extensionName)
        case (.extensionName, _) where isBlank: return .to(.afterExtensionName)
        case (.afterExtensionName, _) where isBlank: return .to(.afterExtensionName)
        case (.extensionName, UInt8(ascii: "=")), (.afterExtensionName, UInt8(ascii: "=")):
            return .to(.extensionValueStart)

        case (.extensionValueStart, _) where isToken: return .to(.extensionValue)
        case (.extensionValueStart, _) where isBlank: return .to(.extensionValueStart)
        case (.extensionValueStart, UInt8(ascii: "\"")): return .to(.extensionQuoted)

        case (.extensionValue, _) where isToken: return .to(.extensionValue)
        case (.extensionValue, _) where isBlank: return .to(.beforeSemicolon)
        case (.afterExtensionQuoted, _) where isBlank: return .to(.beforeSemicolon)
        case (.beforeSemicolon, _) where isBlank: return .to(.beforeSemicolon)

        case (.extensionName, UInt8(ascii: ";")), (.afterExtensionName, UInt8(ascii: ";")),
            (.extensionValue, UInt8(ascii: ";")), (.afterExtensionQuoted, UInt8(ascii: ";")),
            (.beforeSemicolon, UInt8(ascii: ";")):
            return .to(.extensionNameStart)
        case (.extensionName, .carriageReturn), (.extensionValue, .carriageReturn),
            (.afterExtensionQuoted, .carriageReturn):
            return .to(.sizeLineFeed)
        default: return .wrong(.malformedChunkExtension)
        }
    }

    private func stepQuoted(_ byte: UInt8) -> Step {
        switch byte {
        case UInt8(ascii: "\""): .to(.afterExtensionQuoted)
        case UInt8(ascii: "\\"): .to(.extensionQuotedPair)
        case let byte where ByteClass.isFieldValue(byte): .to(.extensionQuoted)
        default: .wrong(.malformedChunkExtension)
        }
    }

    private mutating func endSizeLine(_ byte: UInt8) -> Step {
        guard byte == .lineFeed else { return .wrong(.malformedChunkSize) }
        remaining = chunks.size
        return .to(remaining == 0 ? .trailerStart : .data)
    }

    // MARK: Trailers: checked like fields, then dropped (RFC 9112, section 7.1.2)

    private mutating func stepTrailer(_ chunk: ChunkState, _ byte: UInt8) -> Step {
        if chunk == .lastLineFeed { return byte == .lineFeed ? .done : .wrong(.malformedTrailer) }
        if chunk == .trailerStart, byte == .carriageReturn { return .to(.lastLineFeed) }
        chunks.trailerBytes += 1
        guard chunks.trailerBytes <= limits.trailerSection else { return .wrong(.trailerSectionTooLarge) }
        switch chunk {
        case .trailerStart:
            chunks.trailers += 1
            guard chunks.trailers <= limits.headerFields else { return .wrong(.tooManyTrailers) }
            return ByteClass.token.contains(byte) ? .to(.trailerName) : .wrong(.malformedTrailer)
        case .trailerName:
            if byte == UInt8(ascii: ":") { return .to(.trailerValue) }
            return ByteClass.token.contains(byte) ? .to(.trailerName) : .wrong(.malformedTrailer)
        case .trailerValue:
            if byte == .carriageReturn { return .to(.trailerLineFeed) }
            return ByteClass.isFieldValue(byte) ? .to(.trailerValue) : .wrong(.malformedTrailer)
        default:
            return byte == .lineFeed ? .to(.trailerStart) : .wrong(.malformedTrailer)
        }
    }
}
