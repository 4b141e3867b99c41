import Text

/// The header of a CSV trace: what its columns say.
struct CSVHeader: Sendable {
    let delimiter: UInt8
    /// The titles, at most 64 bytes each.
    let titles: [String]
    /// What each column is read as; `nil` for those that are passed over.
    let roles: [ColumnRole?]
    /// How good a name for its role each column has, as ``NameTable/Match/rank``.
    let ranks: [UInt8]
    let prefill: Int
    let decode: Int
    /// Whether a row has more to tell than its lengths and what goes with its arrival, so that these do not stand for themselves.
    let needsRules: Bool
    /// Whether a row has other columns than its lengths and the time that it arrived.
    let isDetailed: Bool
    /// Whether there are arrivals, sessions, blocks or cached tokens.
    let hasActivity: Bool
    /// Whether the prompt column leaves out what its cache columns hold, by its name.
    let promptLeavesCacheOut: Bool
    /// Whether the table has no header: the record is its first row, and columns are known by their numbers.
    let isHeaderless: Bool
    let warnings: [Warning]
    private let spellings: Set<String>

    var columns: Int { roles.count }

    /// - Parameter delimiter: what separates fields; `nil` to tell it.
    /// - Throws: `InvalidInput` where the record is no header or names no prefill or decode lengths.
    init(
        _ record: Span<UInt8>, names: NameTable, options: TraceOptions, delimiter known: UInt8? = nil
    ) throws(InvalidInput) {
        let delimiter = known ?? Self.delimiter(of: record, names)
        var titles: [String] = []
        var found: [NameTable.Match?] = []
        var numbers = 0
        var likeLengths: [Int] = []
        let isComplete = CSVRow.forEachField(record, delimiter: delimiter) { column, field in
            let span = record.extracting(Self.trimmed(record, field))
            titles.append(Self.text(span))
            if case .tokens = ParsedLength(span) { numbers += 1 }
            let match = names.column(span)
            found.append(match)
            if match == nil, NameTable.looksLikeLength(span) { likeLengths.append(column) }
        }
        guard isComplete else { throw Self.failure("The header has a quote that does not close or text after one.") }
        var choice = ColumnChoice(titles: titles, found: found)
        try choice.name(.prefill, options.prefillColumn)
        try choice.name(.decode, options.decodeColumn)
        if choice.column(.prefill) == nil, choice.column(.decode) == nil, numbers > 0 {
            throw Self.failure(
                "The first line must name the columns, but has numbers: the header is missing. Add one, or give the numbers of the "
                    + "columns, from 1, as prefill_column and decode_column.")
        }
        prefill = try choice.required(.prefill, asked: options.prefillColumn)
        decode = try choice.required(.decode, asked: options.decodeColumn)
        guard prefill != decode else { throw Self.failure("Prefill and decode lengths must be different columns.") }
        self.delimiter = delimiter
        isHeaderless = [(prefill, options.prefillColumn), (decode, options.decodeColumn)].allSatisfy { place, asked in
            guard asked == "\(place + 1)", case .tokens = ParsedLength(Array(titles[place].utf8).span) else {
                return false
            }
            return true
        }
        if isHeaderless { titles = titles.indices.map { "\($0 + 1)" } }
        self.titles = titles
        roles = choice.roles
        ranks = found.map { UInt8(min($0?.rank ?? 0, 254)) }
        let prompt = NameTable.spelling(Array(titles[prefill].utf8).span)
        promptLeavesCacheOut = options.prefillColumn == nil && Vocabulary.withoutCache.contains(prompt)
        needsRules = roles.contains { role in role.map { !$0.isLength && !$0.isActivity } ?? false }
        isDetailed = roles.contains { role in role.map { !$0.isLength && $0 != .arrival } ?? false }
        hasActivity = roles.contains { role in
            role.map { $0.isActivity || $0 == .cacheRead || $0 == .cachedPart } ?? false
        }
        spellings = Set(titles.map { NameTable.spelling(Array($0.utf8).span) })
        warnings =
            choice.warnings(likeLengths: likeLengths.map { titles[$0] })
            + ReadingWarnings.lengths(
                prefill: titles[prefill], decode: titles[decode], asked: options.decodeColumn != nil)
    }

    /// The columns that were read, in their order.
    var read: [TraceReading.Column] {
        zip(titles, roles).compactMap { title, role in
            guard let role, let name = role.title else { return nil }
            return TraceReading.Column(name: title, role: name)
        }
    }

    /// The title of the first column that is read as `role`.
    func title(_ role: ColumnRole) -> String? {
        roles.firstIndex { $0 == role }.map { titles[$0] }
    }

    /// The fields of one row.
    ///
    /// - Returns: whether the row has as many fields as the header, and each quote closes.
    func read(_ record: Span<UInt8>, into row: inout RowFields) -> Bool {
        var count = 0
        row.clear()
        let isComplete = CSVRow.forEachField(record, delimiter: delimiter) { column, field in
            count += 1
            guard column < roles.count, let role = roles[column] else { return }
            row.set(role, RowFields.Field(start: field.start, end: field.end, kind: .bare, rank: ranks[column]))
        }
        return isComplete && count == columns
    }

    /// Whether a record that cannot be used as a row is a header: two or more of its fields, and half of them, are titles.
    func isHeader(_ record: Span<UInt8>, names: NameTable) -> Bool {
        var count = 0
        var titles = 0
        var lengths = 0
        _ = CSVRow.forEachField(record, delimiter: delimiter) { _, field in
            count += 1
            let span = record.extracting(Self.trimmed(record, field))
            guard 1...64 ~= span.count else { return }
            if spellings.contains(NameTable.spelling(span)) { titles += 1 }
            if let match = names.column(span), match.role.isLength { lengths += 1 }
        }
        return (titles >= 2 && 2 * titles >= count) || lengths >= 2
    }

    /// The rows that a record of several lines seems to have swallowed: lines with as many fields as the header, whatever their quotes,
    /// and with lengths where they belong. The last line is left out: it has the end of the record, whatever the record is.
    func rowsWithin(_ record: Span<UInt8>) -> Int {
        var rows = 0
        var start = 0
        while start < record.count {
            let end = ByteLanes.firstIndex(of: 0x0A, or: 0x0A, in: record, from: start)
            guard end < record.count else { break }
            if isRow(record.extracting(start..<end)) { rows += 1 }
            start = end + 1
        }
        return rows
    }

    private func isRow(_ line: Span<UInt8>) -> Bool {
        var lengths = 0
        var column = 0
        var start = 0
        for index in 0...line.count where index == line.count || line[index] == delimiter {
            if column == prefill || column == decode, case .tokens = ParsedLength(line.extracting(start..<index)) {
                lengths += 1
            }
            column += 1
            start = index + 1
        }
        return column == columns && lengths == 2
    }

    /// Whether one of the columns that hold no lengths has a word that labels totals or means: the first that is not empty, or any one
    /// where the lengths are such that the row may be a total.
    func isSummary(_ record: Span<UInt8>, mayBeTotal: Bool) -> Bool {
        var label: Bool?
        var isSum = false
        _ = CSVRow.forEachField(record, delimiter: delimiter) { column, field in
            guard column != prefill, column != decode, label == nil || mayBeTotal else { return }
            let span = record.extracting(Self.trimmed(record, field))
            if label == nil, span.count > 0 { label = SummaryLabel.isSummary(span) }
            if mayBeTotal, SummaryLabel.isSum(span) { isSum = true }
        }
        return label == true || isSum
    }

    /// The delimiter by which most fields of a header are known; of equals, the first that stands outside quotes; a comma where
    /// there is none.
    static func delimiter(of record: Span<UInt8>, _ names: NameTable) -> UInt8 {
        var best = (delimiter: delimiter(of: record), known: 0)
        for byte in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")] {
            var known = 0
            _ = CSVRow.forEachField(record, delimiter: byte) { _, field in
                if names.column(record.extracting(Self.trimmed(record, field))) != nil { known += 1 }
            }
            if known > best.known, known > 1 { best = (byte, known) }
        }
        return best.delimiter
    }

    /// The first of comma, semicolon, tab and bar outside quotes; a comma where there is none.
    static func delimiter(of record: Span<UInt8>) -> UInt8 {
        var isQuoted = false
        for index in record.indices {
            let byte = record[index]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted else { continue }
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x09 || byte == UInt8(ascii: "|") {
                return byte
            }
        }
        return UInt8(ascii: ",")
    }

    /// Where the field's text stands without blanks around it.
    static func trimmed(_ record: Span<UInt8>, _ field: CSVRow.Field) -> Range<Int> {
        var start = field.start
        var end = field.end
        while start < end, record[start] <= 0x20 { start += 1 }
        while end > start, record[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }

    private static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.extracting(first: 64).indices.map { span[$0] }, as: UTF8.self)
    }

    static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}

/// Which column of a table is read as what.
struct ColumnChoice {
    let titles: [String]
    /// What each title means by itself.
    let found: [NameTable.Match?]
    private(set) var roles: [ColumnRole?]
    /// Columns that the caller named.
    private var named: [ColumnRole: Int] = [:]

    init(titles: [String], found: [NameTable.Match?]) {
        self.titles = titles
        self.found = found
        roles = Array(repeating: nil, count: titles.count)
        var best: [ColumnRole: (rank: Int, column: Int)] = [:]
        for (column, match) in found.enumerated() {
            guard let match, match.rank < (best[match.role]?.rank ?? .max) else { continue }
            best[match.role] = (match.rank, column)
        }
        for (role, choice) in best { roles[choice.column] = role }
    }

    func column(_ role: ColumnRole) -> Int? { roles.firstIndex { $0 == role } }

    /// Takes the column that the caller named, by its title or its number from 1.
    mutating func name(_ role: ColumnRole, _ asked: String?) throws(InvalidInput) {
        guard let asked else { return }
        let places = titles.indices.filter { titles[$0] == asked }
        guard places.count < 2 else { throw CSVHeader.failure("The header names \"\(asked)\" twice.") }
        var place = places.first
        if place == nil, asked.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = Int(asked),
            titles.indices ~= number - 1
        {
            place = number - 1
        }
        if place == nil {
            place = titles.firstIndex { NameTable.alike(Array($0.utf8).span, Array(asked.utf8).span) }
        }
        guard let place else { return }
        if let other = column(role) { roles[other] = nil }
        if let other = named.first(where: { $0.value == place }), other.key != role {
            throw CSVHeader.failure("Prefill and decode lengths must be different columns.")
        }
        roles[place] = role
        named[role] = place
    }

    func required(_ role: ColumnRole, asked: String?) throws(InvalidInput) -> Int {
        let side = role == .prefill ? "prefill" : "decode"
        if let place = asked == nil ? column(role) : named[role] {
            let twins = titles.indices.filter { titles[$0] == titles[place] }
            guard twins.count < 2 || asked != nil else {
                throw CSVHeader.failure("The header names \"\(titles[place])\" twice.")
            }
            return place
        }
        let list =
            titles.prefix(12).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ") + (titles.count > 12 ? ", …" : "")
        if let asked { throw CSVHeader.failure("The header has no column \"\(asked)\"; it has \(list).") }
        var sentence =
            "No column of the header is known to be \(side) lengths; name it with \(side)_column. It has \(list)."
        if titles.count == 1 { sentence += " Fields are separated by comma, semicolon, tab or |, as the header is." }
        if titles.contains(where: { NameTable.spelling(Array($0.utf8).span).contains("char") }) {
            sentence += " Lengths must be tokens; characters are about four times as many."
        }
        if role == .decode, let cap = titles.first(where: { ReadingWarnings.isRequested($0) }) {
            sentence += " \"\(cap)\" is what was asked for, not what was generated."
        }
        throw CSVHeader.failure(sentence)
    }

    /// What the caller ought to know of columns that were not taken.
    func warnings(likeLengths: [String]) -> [Warning] {
        var warnings: [Warning] = []
        for (role, side) in [(ColumnRole.prefill, "prefill"), (.decode, "decode")] where named[role] == nil {
            guard let place = column(role) else { continue }
            let others = titles.indices.filter { found[$0]?.role == role && $0 != place && roles[$0] == nil }
            guard !others.isEmpty else { continue }
            warnings.append(ReadingWarnings.candidates(side, titles[place], others.map { titles[$0] }))
        }
        if named.count < 2, !likeLengths.isEmpty { warnings.append(ReadingWarnings.unknown(likeLengths)) }
        return warnings
    }
}

extension ColumnRole {
    /// A bit for each role by which there is more to gather than lengths.
    static let activityMask: UInt32 = allCases.filter { $0.isActivity || $0 == .cacheRead || $0 == .cachedPart }
        .reduce(0) { $0 | 1 << UInt32($1.rawValue) }

    /// Whether the column says when a request came, or what it shares with others.
    var isActivity: Bool {
        switch self {
        case .arrival, .session, .turn, .parent, .hashIDs: true
        default: false
        }
    }
}
