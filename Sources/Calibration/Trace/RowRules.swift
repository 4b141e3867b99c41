/// Makes lengths of the fields of a row: what is added, what is checked, what is left out.
///
/// Whether the tokens of a cache, or of reasoning, are part of the column beside them or come on top is decided once, by the first row
/// that tells: one in which they are not zero and a total agrees with one reading only. Rows before it read the same either way.
struct RowRules: Sendable {
    /// What a row comes to.
    enum Outcome: Equatable {
        /// `cached` are tokens of the prompt that came from a prefix cache, where the row says.
        case lengths(prefill: Int, output: Int, cached: Int?)
        case skipped(SkippedRows.Reason)
        /// The row stands for so many requests.
        case repeated
    }

    /// How tokens that stand in a column of their own relate to the one beside it.
    enum Relation: Hashable, Sendable {
        case part, beside
    }

    /// Whether the prompt column is one that leaves out what its cache columns hold, by its name.
    var promptLeavesCacheOut = false
    /// Decided by a total, or because the part is larger than the whole; `nil` as long as nothing told.
    private(set) var cache: Relation?
    private(set) var reasoning: Relation?
    /// Rows in which tokens of a cache, of reasoning, were taken without a row that tells.
    private(set) var cacheAssumed = 0
    private(set) var reasoningAssumed = 0
    private(set) var notes = RowNotes()
    private(set) var repetitions = RepetitionCourse()
    private var identifiers = RecentTable<Void>(capacity: 1 << 17)

    /// The lengths of a row.
    ///
    /// - Parameters:
    ///   - isFailed: where the row stands among those that failed.
    ///   - line: for messages.
    mutating func outcome(
        _ row: borrowing RowFields, in text: Span<UInt8>, isFailed: Bool = false, line: Int
    ) -> Outcome {
        if row.has(.repetitions) {
            let field = row[.repetitions]
            let isText = field.kind == .bare || field.kind == .string
            if isText, repetitions.isRefused(text.extracting(field.range), line: line) { return .repeated }
        }
        if row.has(.operation), RowValue.isOtherOperation(text.extracting(row[.operation].range)) {
            return .skipped(.otherRecord)
        }
        if row.has(.phase), RowValue.isWarmUp(text.extracting(row[.phase].range)) { return .skipped(.warmUp) }
        var isFailed = isFailed
        if self.isFailed(row, text) { isFailed = true }
        if row.isContradictory { return .skipped(.duplicate) }
        lookAtPoints(row, text, line: line)
        let prompt = Self.length(.prefill, row, text)
        let output = Self.length(.decode, row, text)
        guard case .tokens(let p) = prompt, case .tokens(let o) = output else {
            return without(prompt, output, row, isFailed: isFailed)
        }
        if isFailed {
            if o == 0 { return .skipped(.failed) }
            notes.failedWithOutput += 1
        }
        look(row, text, line: line)
        return add(row, text, p, o, line: line)
    }

    // MARK: Lengths

    private static func length(_ role: ColumnRole, _ row: borrowing RowFields, _ text: Span<UInt8>) -> ParsedLength {
        guard row.has(role) else { return .unusable(.missing) }
        let field = row[role]
        switch field.kind {
        case .bare, .string: return ParsedLength(text.extracting(field.range))
        case .array, .object: return .unusable(.notANumber)
        }
    }

    /// Tokens of a column that a row need not have; 0 where it has none that can be read.
    private static func tokens(_ role: ColumnRole, _ row: borrowing RowFields, _ text: Span<UInt8>) -> Int {
        guard row.has(role), case .tokens(let tokens) = length(role, row, text) else { return 0 }
        return tokens
    }

    private mutating func without(
        _ prompt: ParsedLength, _ output: ParsedLength, _ row: borrowing RowFields, isFailed: Bool
    ) -> Outcome {
        if isFailed { return .skipped(.failed) }
        if !row.has(.prefill), !row.has(.decode), row.has(.recordKind) { return .skipped(.otherRecord) }
        // For the bias of what is left out: what the other length was.
        if case .tokens(let p) = prompt { notes.lostPrompts.add(p) }
        if case .tokens(let o) = output { notes.lostOutputs.add(o) }
        if case .unusable(let reason) = prompt { return .skipped(reason) }
        if case .unusable(let reason) = output { return .skipped(reason) }
        return .skipped(.missing)
    }

    private mutating func add(
        _ row: borrowing RowFields, _ text: Span<UInt8>, _ prompt: Int, _ output: Int, line: Int
    ) -> Outcome {
        let read = Self.tokens(.cacheRead, row, text)
        let cacheTokens = read + Self.tokens(.cacheWritten, row, text)
        let thinking = Self.tokens(.reasoning, row, text)
        var p = prompt + Self.tokens(.furtherPrompt, row, text)
        var o = output + Self.tokens(.thoughts, row, text)
        if row.has(.total), case .tokens(let total) = Self.length(.total, row, text) {
            decide(p, o, cacheTokens, thinking, total: total)
        }
        if cache == nil, !promptLeavesCacheOut, cacheTokens > p { cache = .beside }
        if reasoning == nil, thinking > o { reasoning = .beside }
        if cacheTokens > 0 {
            if cache == nil { cacheAssumed += 1 }
            if (cache ?? (promptLeavesCacheOut ? .beside : .part)) == .beside { p += cacheTokens }
        }
        if thinking > 0 {
            if reasoning == nil { reasoningAssumed += 1 }
            if reasoning == .beside { o += thinking }
        }
        if row.has(.total), case .tokens(let total) = Self.length(.total, row, text) {
            notes.totals += 1
            if total != p + o { notes.disagree(line: line, total: total, sum: p + o) }
        }
        guard p <= ParsedLength.maximum, o <= ParsedLength.maximum else { return .skipped(.tooLarge) }
        let cached: Int? =
            row.has(.cacheRead) ? read : row.has(.cachedPart) ? Self.tokens(.cachedPart, row, text) : nil
        return .lengths(prefill: p, output: o, cached: cached)
    }

    /// Decides what the total of a row tells and no row before told.
    private mutating func decide(_ p: Int, _ o: Int, _ cacheTokens: Int, _ thinking: Int, total: Int) {
        guard (cacheTokens > 0 && cache == nil) || (thinking > 0 && reasoning == nil) else { return }
        var fitting: [(cache: Relation, reasoning: Relation)] = []
        for c in [Relation.part, .beside] where cacheTokens > 0 ? cache == nil || cache == c : c == .part {
            for r in [Relation.part, .beside] where thinking > 0 ? reasoning == nil || reasoning == r : r == .part {
                let sum = p + o + (c == .beside ? cacheTokens : 0) + (r == .beside ? thinking : 0)
                if sum == total { fitting.append((c, r)) }
            }
        }
        guard fitting.count == 1 else { return }
        if cacheTokens > 0, cache == nil { cache = fitting[0].cache }
        if thinking > 0, reasoning == nil { reasoning = fitting[0].reasoning }
    }

    // MARK: What else the row says

    private func isFailed(_ row: borrowing RowFields, _ text: Span<UInt8>) -> Bool {
        if row.has(.status), RowValue.isFailure(status: text.extracting(row[.status].range)) { return true }
        if row.has(.success), RowValue.isFailure(success: text.extracting(row[.success].range)) { return true }
        guard row.has(.failure) else { return false }
        return RowValue.isFailure(error: text.extracting(row[.failure].range), row[.failure].kind)
    }

    /// Also of rows that cannot be used: `1.500` is no whole number where it has decimals.
    private mutating func lookAtPoints(_ row: borrowing RowFields, _ text: Span<UInt8>, line: Int) {
        if row.has(.prefill), row[.prefill].kind != .array {
            notes.promptPoints.add(text.extracting(row[.prefill].range), line: line)
        }
        if row.has(.decode), row[.decode].kind != .array {
            notes.outputPoints.add(text.extracting(row[.decode].range), line: line)
        }
    }

    private mutating func look(_ row: borrowing RowFields, _ text: Span<UInt8>, line: Int) {
        if row.has(.identifier) {
            let text = text.extracting(row[.identifier].range)
            if text.count > 0 {
                let key = ByteHash.hash(text)
                notes.identified += 1
                if identifiers.value(of: key) != nil { notes.repeatedIdentifier(text, line: line) }
                identifiers.set((), for: key)
            }
        }
        if row.has(.attempt) {
            let field = row[.attempt]
            if RowValue.isRetry(text.extracting(field.range), rank: Int(field.rank)) { notes.retries += 1 }
        }
    }

    /// Rows whose identifiers were too long ago are not compared.
    var hasForgottenIdentifiers: Bool { identifiers.hasForgotten }
}
