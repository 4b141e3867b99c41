extension RequestParser {
    /// Scans the header section from `cursor` on, until it is complete, wrong or used up.
    mutating func scanHead(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        while cursor < bytes.count {
            switch state {
            case .method: scanMethod(bytes, storage)
            case .target: scanTarget(bytes, storage)
            case .version(let seen): scanVersion(bytes, seen, storage)
            case .requestLineFeed:
                guard bytes[cursor] == .lineFeed else { return fail(.malformedRequestLine) }
                cursor += 1
                endRequestLine(bytes, storage)
            case .fieldStart: startField(bytes, storage)
            case .fieldName: scanName(bytes)
            case .fieldValue: scanValue(bytes)
            case .fieldLineFeed:
                guard bytes[cursor] == .lineFeed else { return fail(.bareCarriageReturn) }
                cursor += 1
                endField(bytes, storage)
            case .headLineFeed:
                guard bytes[cursor] == .lineFeed else { return fail(.bareCarriageReturn) }
                cursor += 1
                endHead(bytes, storage)
                return
            default: return
            }
        }
    }

    mutating func fail(_ error: ParseError) { state = .failed(error) }

    // MARK: Request line

    private mutating func scanMethod(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        let end = min(bytes.count, limits.requestLine)
        while cursor < end, ByteClass.token.contains(bytes[cursor]) { cursor += 1 }
        guard cursor < bytes.count else { return }
        guard cursor < limits.requestLine else { return fail(.methodTooLong) }
        guard bytes[cursor] == .space, cursor > 0 else { return fail(.malformedRequestLine) }
        storage.method = HeadStorage.Slice(0, cursor)
        storage.methodCode = MethodCode(bytes.extracting(0..<cursor))
        cursor += 1
        mark = cursor
        state = .target
    }

    private mutating func scanTarget(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        let end = min(bytes.count, limits.requestLine)
        while cursor < end, ByteClass.target.contains(bytes[cursor]) { cursor += 1 }
        guard cursor < bytes.count else { return }
        guard cursor < limits.requestLine else { return fail(.targetTooLong) }
        guard bytes[cursor] == .space, cursor > mark else {
            let lineEnded = bytes[cursor] == .carriageReturn || bytes[cursor] == .space
            return fail(lineEnded ? .malformedRequestLine : .invalidTarget)
        }
        storage.target = HeadStorage.Slice(mark, cursor)
        cursor += 1
        state = .version(0)
    }

    /// `HTTP/` DIGIT `.` DIGIT, exactly (RFC 9112, section 2.3).
    private mutating func scanVersion(_ bytes: Span<UInt8>, _ seen: Int, _ storage: HeadStorage) {
        let pattern: StaticString = "HTTP/0.0"
        var seen = seen
        while cursor < bytes.count {
            let byte = bytes[cursor]
            if seen == pattern.utf8CodeUnitCount {
                guard byte == .carriageReturn else { return fail(.malformedVersion) }
                guard cursor <= limits.requestLine else { return fail(.targetTooLong) }
                cursor += 1
                state = .requestLineFeed
                return
            }
            let isDigit = seen == 5 || seen == 7
            guard isDigit ? ByteClass.isDigit(byte) : byte == pattern.utf8Start[seen] else {
                return fail(.malformedVersion)
            }
            cursor += 1
            seen += 1
        }
        state = .version(seen)
    }

    private mutating func endRequestLine(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        // The line ends with "d.d" CR LF.
        guard bytes[cursor - 5] == UInt8(ascii: "1") else { return fail(.unsupportedVersion) }
        storage.minorVersion = bytes[cursor - 3] == UInt8(ascii: "0") ? 0 : 1
        guard RequestTarget.split(bytes, into: storage) else { return fail(.invalidTarget) }
        fieldsStart = cursor
        state = .fieldStart
    }

    // MARK: Field lines

    /// The first byte that may not belong to the field lines any more.
    private var fieldsLimit: Int { fieldsStart + limits.headerSection }

    private mutating func startField(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        let byte = bytes[cursor]
        if byte == .carriageReturn {
            cursor += 1
            state = .headLineFeed
            return
        }
        guard !ByteClass.isBlank(byte) else { return fail(.obsoleteLineFolding) }
        guard storage.fields.count < limits.headerFields else { return fail(.tooManyFields) }
        mark = cursor
        state = .fieldName
    }

    private mutating func scanName(_ bytes: Span<UInt8>) {
        let end = min(bytes.count, fieldsLimit)
        while cursor < end, ByteClass.token.contains(bytes[cursor]) { cursor += 1 }
        guard cursor < bytes.count else { return }
        guard cursor < fieldsLimit else { return fail(.headerSectionTooLarge) }
        let byte = bytes[cursor]
        guard byte == UInt8(ascii: ":"), cursor > mark else {
            return fail(ByteClass.isBlank(byte) && cursor > mark ? .whitespaceBeforeColon : .malformedFieldName)
        }
        name = HeadStorage.Slice(mark, cursor)
        cursor += 1
        mark = cursor
        state = .fieldValue
    }

    private mutating func scanValue(_ bytes: Span<UInt8>) {
        let end = min(bytes.count, fieldsLimit)
        while cursor < end, ByteClass.isFieldValue(bytes[cursor]) { cursor += 1 }
        guard cursor < bytes.count else { return }
        // The line's CRLF counts too.
        guard cursor + 1 < fieldsLimit else { return fail(.headerSectionTooLarge) }
        guard bytes[cursor] == .carriageReturn else { return fail(.invalidFieldValue) }
        cursor += 1
        state = .fieldLineFeed
    }

    private mutating func endField(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        let trimmed = bytes.trimmingBlanks(mark..<(cursor - 2))
        let known = KnownField(bytes.extracting(name.range))
        let value = HeadStorage.Slice(trimmed.lowerBound, trimmed.upperBound)
        storage.fields.append(HeadStorage.Field(name: name, value: value, known: known))
        if known != .other, let error = framing.read(known, bytes, value, into: storage) { return fail(error) }
        state = .fieldStart
    }

    private mutating func endHead(_ bytes: Span<UInt8>, _ storage: HeadStorage) {
        if let error = framing.decide(storage) { return fail(error) }
        state = .bodyStart
    }
}
