/// Rows that a JSON object holds, where it is no row itself: under known names, as deep as these lead.
enum JSONWrapping {
    /// An object that may be a row.
    struct Inner {
        let range: Range<Int>
        /// Whether it stands among requests that failed.
        let isFailed: Bool
    }

    /// The objects in arrays under ``Vocabulary/wrappers``, in their order; empty where there are none.
    static func rows(in text: Span<UInt8>) -> [Inner] {
        var rows: [Inner] = []
        var cursor = JSONCursor()
        cursor.skipBlanks(text)
        guard cursor.take(UInt8(ascii: "{"), text) else { return [] }
        collect(&cursor, text, isFailed: false, depth: 0, &rows)
        return rows
    }

    private static let names = Vocabulary.wrappers.map { Array($0.utf8) }

    /// From behind an opening brace.
    private static func collect(
        _ cursor: inout JSONCursor, _ text: Span<UInt8>, isFailed: Bool, depth: Int, _ rows: inout [Inner]
    ) {
        var isFirst = true
        while case .key(let key) = cursor.member(text, isFirst: isFirst) {
            isFirst = false
            guard let value = cursor.value(text) else { return }
            let name = text.extracting(key)
            guard value.kind == .array || value.kind == .object, depth < 8, isWrapper(name) else { continue }
            let isFailed = isFailed || Vocabulary.failedWrappers.contains(NameTable.spelling(name))
            var inner = JSONCursor(index: value.start + 1)
            if value.kind == .object {
                collect(&inner, text, isFailed: isFailed, depth: depth + 1, &rows)
                continue
            }
            var isFirstElement = true
            while case .value(let element) = inner.element(text, isFirst: isFirstElement) {
                isFirstElement = false
                if element.kind == .object { rows.append(Inner(range: element.range, isFailed: isFailed)) }
            }
        }
    }

    private static func isWrapper(_ name: Span<UInt8>) -> Bool {
        names.contains { NameTable.alike($0.span, name) }
    }
}
