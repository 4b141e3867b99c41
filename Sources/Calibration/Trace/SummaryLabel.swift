/// Words by which a row is labelled that summarises others.
enum SummaryLabel {
    /// Words that stand first or last in the label of a sum.
    private static let sums: Set<String> = [
        "total", "totals", "subtotal", "subtotals", "grandtotal", "overall", "gesamt", "insgesamt", "summe", "sum",
    ]
    /// The rows of a table of quantiles.
    private static let quantiles: Set<String> = [
        "count", "mean", "std", "stddev", "min", "max", "median", "25%", "50%", "75%", "90%", "95%", "99%", "p25",
        "p50",
        "p75", "p90", "p95", "p99",
    ]

    /// Whether a field that labels its row is `Total`, `Grand total:`, `mean`, …
    static func isSummary(_ text: Span<UInt8>) -> Bool {
        guard 1...40 ~= text.count else { return false }
        var end = text.count
        while end > 0, text[end - 1] == UInt8(ascii: ":") || text[end - 1] <= 0x20 { end -= 1 }
        return (end <= 16 && Vocabulary.summaries.contains(NameTable.spelling(text.extracting(0..<end))))
            || isSum(text)
    }

    /// Whether the text is the label of a sum: at most four words, one of the first two or the last of which says so.
    static func isSum(_ text: Span<UInt8>) -> Bool {
        guard 3...40 ~= text.count else { return false }
        var words: [String] = []
        var letters: [UInt8] = []
        for index in 0...text.count {
            let byte = index < text.count ? text[index] : 0x20
            if byte >= 0x80 || (byte | 0x20) &- UInt8(ascii: "a") < 26 {
                letters.append(byte < 0x80 ? byte | 0x20 : byte)
            } else if !letters.isEmpty {
                words.append(String(decoding: letters, as: UTF8.self))
                letters = []
            }
        }
        guard 1...4 ~= words.count, let last = words.last else { return false }
        return sums.contains(last) || words.prefix(2).contains { sums.contains($0) }
    }

    /// Whether an object's strings label it: the first one as a row of quantiles, any one as a sum.
    ///
    /// - Parameter record: the text of a JSON object.
    static func labels(_ record: Span<UInt8>) -> Bool {
        var cursor = JSONCursor()
        cursor.skipBlanks(record)
        guard cursor.take(UInt8(ascii: "{"), record) else { return false }
        var isFirst = true
        var isFirstString = true
        while case .key = cursor.member(record, isFirst: isFirst) {
            isFirst = false
            guard let field = cursor.value(record) else { return false }
            guard field.kind == .string else { continue }
            let text = record.extracting(field.range)
            if isSum(text) { return true }
            if isFirstString, text.count <= 16, quantiles.contains(NameTable.spelling(text)) { return true }
            isFirstString = false
        }
        return false
    }
}
