/// The two lengths of one row of JSON, read in one pass without a tree.
///
/// Only top-level keys count. What is not asked for is skipped: strings to their end, arrays and objects by matching brackets
/// (their insides are not checked further), so that Mooncake's `hash_ids` cost a byte each. Escapes in keys are not undone.
enum JSONRow {
    enum Outcome: Equatable {
        case lengths(prefill: Int, decode: Int)
        case unusable(SkippedRows.Reason)
    }

    static func read(_ row: Span<UInt8>, names: ColumnNames) -> Outcome {
        var cursor = Cursor()
        return cursor.read(row, names)
    }

    private struct Found {
        var rank = Int.max
        var length = ParsedLength.unusable(.missing)
        var isDuplicate = false

        mutating func take(_ value: ParsedLength, rank: Int) {
            if rank == self.rank { isDuplicate = true }
            guard rank < self.rank else { return }
            self.rank = rank
            length = value
            isDuplicate = false
        }
    }

    /// A place in the row. The row itself is passed along: a span cannot be stored.
    private struct Cursor {
        var index = 0

        mutating func read(_ row: Span<UInt8>, _ names: ColumnNames) -> Outcome {
            var prefill = Found()
            var decode = Found()
            var isWeighted = false
            skipBlanks(row)
            guard take(UInt8(ascii: "{"), row) else { return .unusable(.malformed) }
            skipBlanks(row)
            if !take(UInt8(ascii: "}"), row) {
                while true {
                    skipBlanks(row)
                    let start = index + 1
                    guard skipString(row) else { return .unusable(.malformed) }
                    let match = names.match(row.extracting(start..<(index - 1)))
                    skipBlanks(row)
                    guard take(UInt8(ascii: ":"), row) else { return .unusable(.malformed) }
                    skipBlanks(row)
                    let valueStart = index
                    guard skipValue(row) else { return .unusable(.malformed) }
                    if let match {
                        let value = Self.value(row, valueStart..<index)
                        switch match.side {
                        case .prefill: prefill.take(value, rank: match.rank)
                        case .decode: decode.take(value, rank: match.rank)
                        case .weight: isWeighted = true
                        }
                    }
                    skipBlanks(row)
                    if take(UInt8(ascii: ","), row) { continue }
                    guard take(UInt8(ascii: "}"), row) else { return .unusable(.malformed) }
                    break
                }
            }
            skipBlanks(row)
            guard index == row.count else { return .unusable(.malformed) }
            if isWeighted { return .unusable(.weighted) }
            if prefill.isDuplicate || decode.isDuplicate { return .unusable(.duplicate) }
            switch (prefill.length, decode.length) {
            case (.tokens(let p), .tokens(let d)): return .lengths(prefill: p, decode: d)
            case (.unusable(let reason), _), (_, .unusable(let reason)): return .unusable(reason)
            }
        }

        private static func value(_ row: Span<UInt8>, _ range: Range<Int>) -> ParsedLength {
            switch row[range.lowerBound] {
            case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["): .unusable(.notANumber)
            default: ParsedLength(row.extracting(range))
            }
        }

        private mutating func take(_ byte: UInt8, _ row: Span<UInt8>) -> Bool {
            guard index < row.count, row[index] == byte else { return false }
            index += 1
            return true
        }

        private mutating func skipBlanks(_ row: Span<UInt8>) {
            while index < row.count {
                let byte = row[index]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
                index += 1
            }
        }

        /// From an opening quote to behind the closing one.
        private mutating func skipString(_ row: Span<UInt8>) -> Bool {
            guard take(UInt8(ascii: "\""), row) else { return false }
            while index < row.count {
                let byte = row[index]
                index += 1
                if byte == UInt8(ascii: "\"") { return true }
                if byte < 0x20 { return false }
                if byte == UInt8(ascii: "\\") { index += 1 }
            }
            return false
        }

        private mutating func skipValue(_ row: Span<UInt8>) -> Bool {
            guard index < row.count else { return false }
            switch row[index] {
            case UInt8(ascii: "\""): return skipString(row)
            case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(row)
            default:
                let start = index
                while index < row.count {
                    let byte = row[index]
                    if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte <= 0x20 { break }
                    guard byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: ":") else { return false }
                    index += 1
                }
                return index > start
            }
        }

        /// From an opening bracket to behind its closing one. At most 64 deep.
        private mutating func skipNested(_ row: Span<UInt8>) -> Bool {
            var kinds: UInt64 = 0
            var depth = 0
            while index < row.count {
                let byte = row[index]
                // Digits, commas, blanks: most of what there is.
                if byte != UInt8(ascii: "\""), byte < UInt8(ascii: "[") {
                    index += 1
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""):
                    guard skipString(row) else { return false }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    guard depth < 64 else { return false }
                    kinds = kinds << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                    depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    guard kinds & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else { return false }
                    kinds >>= 1
                    depth -= 1
                    if depth == 0 {
                        index += 1
                        return true
                    }
                default: break
                }
                index += 1
            }
            return false
        }
    }
}
