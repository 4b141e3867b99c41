/// What a field of a row says that is no length.
enum RowValue {
    /// Whether a request failed, by a word or a code of its status: `failure`, `timed out`, `429`.
    static func isFailure(status text: Span<UInt8>) -> Bool {
        if let code = number(text) { return 400...599 ~= code }
        let word = NameTable.spelling(text)
        return word != "noerror" && Vocabulary.failures.contains { word.contains($0) }
    }

    /// Whether there was an error: the text of one, or a truth value.
    static func isFailure(error text: Span<UInt8>, _ kind: RowFields.Kind) -> Bool {
        switch kind {
        case .bare, .string: !isNothing(text)
        // Brackets with anything between them.
        case .array, .object: text.count > 2
        }
    }

    /// Whether a request did not succeed.
    static func isFailure(success text: Span<UInt8>) -> Bool {
        switch NameTable.spelling(text) {
        case "false", "0", "no", "f", "n": true
        default: false
        }
    }

    /// Whether the row is of the warm-up of a benchmark: a phase of that name, or a truth value of `is_warmup`.
    static func isWarmUp(_ text: Span<UInt8>) -> Bool {
        switch NameTable.spelling(text) {
        case "true", "1", "yes": true
        case let word: word.contains("warm")
        }
    }

    /// Whether a row is a retry: the number of the attempt, or of those before it, a truth value, or the request that it repeats.
    ///
    /// - Parameter rank: of the column's name in the ``Vocabulary``.
    static func isRetry(_ text: Span<UInt8>, rank: Int) -> Bool {
        if rank >= Vocabulary.retriedRequests { return !isNothing(text) }
        let number = number(text) ?? (isWarmUp(text) ? 1 : 0)
        return number > (rank < Vocabulary.attemptCounts ? 1 : 0)
    }

    /// Whether a span is that of an agent, a tool or another operation that holds requests or is none.
    static func isOtherOperation(_ text: Span<UInt8>) -> Bool {
        text.count <= 40 && Vocabulary.otherOperations.contains(NameTable.spelling(text))
    }

    /// Whether the text stands for nothing.
    static func isNothing(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        guard text.count <= 12 else { return false }
        switch NameTable.spelling(text) {
        case "", "null", "none", "nan", "na", "false", "0", "no", "ok", "success", "noerror", "f": return true
        default: return false
        }
    }

    /// A whole number of at most nine digits.
    static func number(_ text: Span<UInt8>) -> Int? {
        guard 1...9 ~= text.count else { return nil }
        var value = 0
        for index in text.indices {
            guard GroupedNumber.isDigit(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
        }
        return value
    }

    /// The first 40 bytes, for a message.
    static func excerpt(_ text: Span<UInt8>) -> String {
        String(decoding: text.extracting(first: 40).indices.map { text[$0] }, as: UTF8.self)
    }
}
