import Text

/// Reads the fields of rows of JSON, each in one pass without a tree.
///
/// Members of known objects (``Vocabulary/containers``) count as those of the row, and those that the caller named by a path. Escapes
/// in keys are not undone.
struct JSONRow: Sendable {
    private let names: NameTable
    private let asked: [AskedPath]
    /// By the number of a name: whether it was seen, for ``columns``.
    private var isSeen: [Bool]
    private var isAskedSeen: [Bool]
    /// Keys of the objects that the reader is in, each behind a slash.
    private var path: [UInt8] = []
    /// What was read, in the order in which it was seen first; a better name of the same role may follow.
    private(set) var columns: [(path: String, role: ColumnRole, rank: Int)] = []
    /// Keys that are not known but look like tokens of a request, of the first rows.
    private(set) var likeLengths: [String] = []
    /// The keys of the first row.
    private var keys: [String] = []
    private var rows = 0

    /// A member that the caller named.
    private struct AskedPath: Sendable {
        let role: ColumnRole
        /// The keys to it, one after the other.
        let keys: [[UInt8]]
    }

    private static let maximumDepth = 8

    init(names: NameTable, options: TraceOptions) {
        self.names = names
        asked = [(ColumnRole.prefill, options.prefillColumn), (.decode, options.decodeColumn)].flatMap { role, name in
            name.map { name in Self.paths(name).map { AskedPath(role: role, keys: $0) } } ?? []
        }
        isSeen = Array(repeating: false, count: names.count)
        isAskedSeen = Array(repeating: false, count: asked.count)
    }

    /// What a name can mean: a key as it stands, and a path where it has points or is a JSON Pointer (RFC 6901).
    private static func paths(_ name: String) -> [[[UInt8]]] {
        var paths = [[Array(name.utf8)]]
        if name.utf8.first == UInt8(ascii: "/") {
            let keys = name.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            paths.append(keys.map(unescaped))
        } else if name.utf8.contains(UInt8(ascii: ".")) {
            paths.append(name.utf8.split(separator: UInt8(ascii: ".")).map { Array($0) })
        }
        return paths.filter { $0.count <= maximumDepth }
    }

    private static func unescaped(_ key: Substring.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in key {
            if isEscaped {
                bytes.append(byte == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
                isEscaped = false
            } else if byte == UInt8(ascii: "~") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Counts a row that was read as others were, by a ``JSONPattern``.
    mutating func countRow() { rows += 1 }

    /// The fields of one row.
    ///
    /// - Returns: whether the text is one JSON object.
    mutating func read(_ text: Span<UInt8>, into row: inout RowFields) -> Bool {
        row.clear()
        path.removeAll(keepingCapacity: true)
        rows += 1
        var cursor = JSONCursor()
        cursor.skipBlanks(text)
        guard cursor.take(UInt8(ascii: "{"), text) else { return false }
        guard readObject(&cursor, text, &row, depth: 0, asked: asked.isEmpty ? 0 : ~0) else { return false }
        cursor.skipBlanks(text)
        return cursor.index == text.count
    }

    /// - Parameter asked: a bit for each named path whose keys up to here were followed.
    private mutating func readObject(
        _ cursor: inout JSONCursor, _ text: Span<UInt8>, _ row: inout RowFields, depth: Int, asked: UInt
    ) -> Bool {
        var isFirst = true
        while true {
            switch cursor.member(text, isFirst: isFirst) {
            case .broken: return false
            case .end: return true
            case .key(let key):
                isFirst = false
                if rows == 1, depth == 0, keys.count < 12 { keys.append(pointer(text.extracting(key))) }
                var followed: UInt = 0
                if asked != 0, takeAsked(&cursor, text, key, &row, depth, asked, &followed) { continue }
                let meaning = names.meaning(text.extracting(key))
                if meaning == nil, followed == 0 {
                    if rows <= 64 { note(text.extracting(key)) }
                    guard cursor.value(text) != nil else { return false }
                    continue
                }
                guard readMember(&cursor, text, key, meaning, &row, depth, followed) else { return false }
            }
        }
    }

    private mutating func readMember(
        _ cursor: inout JSONCursor, _ text: Span<UInt8>, _ key: Range<Int>, _ meaning: NameTable.Meaning?,
        _ row: inout RowFields, _ depth: Int, _ followed: UInt
    ) -> Bool {
        var isContainer = followed != 0
        switch meaning {
        case .container: isContainer = true
        case .attributes:
            isContainer = true
            if cursor.index < text.count, text[cursor.index] == UInt8(ascii: "["), followed == 0 {
                return readAttributes(&cursor, text, &row)
            }
        case .column(let match):
            guard let field = cursor.value(text) else { return false }
            take(match, field, text, key, &row)
            return true
        case nil: break
        }
        let start = cursor.index
        if isContainer, start < text.count, text[start] == UInt8(ascii: "{"), depth < Self.maximumDepth {
            let length = path.count
            path.append(UInt8(ascii: "/"))
            for index in key { path.append(text[index]) }
            cursor.index += 1
            let isWhole = readObject(&cursor, text, &row, depth: depth + 1, asked: followed)
            path.removeLast(path.count - length)
            return isWhole
        }
        return cursor.value(text) != nil
    }

    private mutating func take(
        _ match: NameTable.Match, _ field: RowFields.Field, _ text: Span<UInt8>, _ key: Range<Int>,
        _ row: inout RowFields
    ) {
        let field = Self.unwrapped(field, text, match.role)
        // A role that is no text or number: `requests` may hold the rows, `error` an object.
        if field.kind == .object, match.role != .failure { return }
        row.take(match, field, in: text)
        if !isSeen[match.entry] {
            isSeen[match.entry] = true
            columns.append((pointer(text.extracting(key)), match.role, match.rank))
        }
    }

    /// The value of `{"value": 374, "unit": "tokens"}` or `{"intValue": "374"}`.
    private static func unwrapped(_ field: RowFields.Field, _ text: Span<UInt8>, _ role: ColumnRole) -> RowFields.Field
    {
        guard field.kind == .object, role != .failure else { return field }
        var cursor = JSONCursor(index: field.start + 1)
        var isFirst = true
        while case .key(let key) = cursor.member(text, isFirst: isFirst) {
            isFirst = false
            guard let value = cursor.value(text) else { break }
            let name = text.extracting(key)
            if value.kind != .object,
                Vocabulary.valueMembers.contains(where: { NameTable.alike(Array($0.utf8).span, name) })
            {
                return value
            }
        }
        return field
    }

    /// `[{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "374"}}, …]`.
    private mutating func readAttributes(_ cursor: inout JSONCursor, _ text: Span<UInt8>, _ row: inout RowFields)
        -> Bool
    {
        cursor.index += 1
        var isFirst = true
        while true {
            switch cursor.element(text, isFirst: isFirst) {
            case .broken: return false
            case .end: return true
            case .value(let element):
                isFirst = false
                guard element.kind == .object else { continue }
                var inner = JSONCursor(index: element.start + 1)
                var key: Range<Int>?
                var value: RowFields.Field?
                var isFirstMember = true
                while case .key(let member) = inner.member(text, isFirst: isFirstMember) {
                    isFirstMember = false
                    guard let field = inner.value(text) else { return false }
                    let name = text.extracting(member)
                    if Self.same(name, "key") { key = field.range }
                    if Self.same(name, "value") { value = field }
                }
                guard let key, let value else { continue }
                if case .column(let match) = names.meaning(text.extracting(key)) {
                    take(match, value, text, key, &row)
                } else if rows <= 64 {
                    note(text.extracting(key))
                }
            }
        }
    }

    // MARK: Members that the caller named

    /// Takes the value of a member that was named; sets the bits of the named paths that lead on through it.
    private mutating func takeAsked(
        _ cursor: inout JSONCursor, _ text: Span<UInt8>, _ key: Range<Int>, _ row: inout RowFields, _ depth: Int,
        _ active: UInt, _ followed: inout UInt
    ) -> Bool {
        for (index, path) in asked.enumerated() where active & (1 << UInt(index)) != 0 && depth < path.keys.count {
            guard Self.same(text.extracting(key), path.keys[depth]) else { continue }
            guard depth + 1 == path.keys.count else {
                followed |= 1 << UInt(index)
                continue
            }
            guard let field = cursor.value(text) else { return false }
            let match = NameTable.Match(role: path.role, rank: 0, entry: 0)
            row.take(match, Self.unwrapped(field, text, path.role), in: text)
            if !isAskedSeen[index] {
                isAskedSeen[index] = true
                columns.append((pointer(text.extracting(key)), path.role, 0))
            }
            return true
        }
        return false
    }

    // MARK: What was read

    /// What there is to say of the members that were read and of those that were not.
    var warnings: [Warning] {
        var warnings: [Warning] = []
        for (role, side) in [(ColumnRole.prefill, "prefill"), (.decode, "decode")] {
            guard !asked.contains(where: { $0.role == role }), let taken = name(of: role) else { continue }
            let others = columns.filter { $0.role == role && $0.path != taken }.map(\.path)
            if !others.isEmpty { warnings.append(ReadingWarnings.candidates(side, taken, others)) }
        }
        if asked.isEmpty, !likeLengths.isEmpty { warnings.append(ReadingWarnings.unknown(likeLengths)) }
        guard let prefill = name(of: .prefill), let decode = name(of: .decode) else { return warnings }
        return warnings
            + ReadingWarnings.lengths(
                prefill: Self.key(of: prefill), decode: Self.key(of: decode),
                asked: asked.contains { $0.role == .decode })
    }

    /// What to do where the lengths were not found.
    var advice: String {
        var sentence =
            " Name the members with prefill_column and decode_column; /usage/prompt_tokens is one of an object."
        if !keys.isEmpty { sentence += " The first row has \(ReadingWarnings.list(keys))." }
        return sentence
    }

    /// The last key of a pointer.
    private static func key(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// How the rows call what is read as `role`: the best name that was seen.
    func name(of role: ColumnRole) -> String? {
        columns.filter { $0.role == role }.min { $0.rank < $1.rank }?.path
    }

    private mutating func note(_ key: Span<UInt8>) {
        guard key.count <= 64, likeLengths.count < 8, NameTable.looksLikeLength(key) else { return }
        let name = pointer(key)
        if !likeLengths.contains(name) { likeLengths.append(name) }
    }

    /// The JSON Pointer of a member; at top level its name alone.
    private func pointer(_ key: Span<UInt8>) -> String {
        let name = String(decoding: key.extracting(first: 64).indices.map { key[$0] }, as: UTF8.self)
        return path.isEmpty ? name : String(decoding: path, as: UTF8.self) + "/" + name
    }

    private static func same(_ text: Span<UInt8>, _ name: [UInt8]) -> Bool {
        guard text.count == name.count else { return false }
        for index in text.indices where text[index] != name[index] { return false }
        return true
    }

    private static func same(_ text: Span<UInt8>, _ name: StaticString) -> Bool {
        guard text.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { letters in
            for index in text.indices where text[index] != letters[index] { return false }
            return true
        }
    }
}
