/// Looks names of columns up: the ``Vocabulary``, less what the caller named.
///
/// Case, spaces, `_`, `-`, `.` and `/` do not matter. Flattened names (`usage.prompt_tokens`, `metrics/output_tokens.value`) are known by
/// their last part where the part before it is a known object.
struct NameTable: Sendable {
    /// A name found: smaller ranks count more.
    struct Match: Hashable, Sendable {
        let role: ColumnRole
        let rank: Int
        /// The number of the entry, to tell names apart.
        let entry: Int
    }

    /// What a member of a JSON row is.
    enum Meaning: Sendable {
        case column(Match)
        /// An object whose members count as those of the row.
        case container
        /// `{"key": …, "value": …}` as OpenTelemetry writes attributes, where it is an array.
        case attributes
    }

    private struct Entry: Sendable {
        let hash: UInt64
        let name: [UInt8]
        let meaning: Meaning
    }

    /// Open addressing over the hash of the normalised name.
    private var slots: [Int32] = Array(repeating: -1, count: 2048)
    private var entries: [Entry] = []

    init(options: TraceOptions) {
        for role in ColumnRole.allCases where Self.isKnown(role, options) {
            for (rank, name) in Vocabulary.names(of: role).enumerated() {
                insert(name, .column(Match(role: role, rank: rank, entry: entries.count)))
            }
        }
        insert("attributes", .attributes)
        for name in Vocabulary.containers where name != "attributes" { insert(name, .container) }
    }

    /// How many names there are.
    var count: Int { entries.count }

    /// Whether names of a role are looked for, after what the caller named.
    private static func isKnown(_ role: ColumnRole, _ options: TraceOptions) -> Bool {
        switch role {
        case .prefill, .cacheRead, .cacheWritten, .furtherPrompt: options.prefillColumn == nil
        case .decode, .reasoning, .thoughts: options.decodeColumn == nil
        // Where both lengths were named, so was what counts.
        case .repetitions: options.prefillColumn == nil || options.decodeColumn == nil
        default: true
        }
    }

    private mutating func insert(_ name: String, _ meaning: Meaning) {
        let bytes = Array(name.utf8)
        let hash = Self.hash(bytes.span)
        var slot = Int(hash & 2047)
        while slots[slot] >= 0 {
            // The first meaning of a name counts.
            let known = entries[Int(slots[slot])].name
            if Self.alike(known.span, bytes.span) { return }
            slot = (slot + 1) & 2047
        }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(hash: hash, name: bytes, meaning: meaning))
    }

    /// What `name` means, if anything.
    func meaning(_ name: Span<UInt8>) -> Meaning? {
        let hash = Self.hash(name)
        var slot = Int(hash & 2047)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if entries[index].hash == hash {
                let known = entries[index].name
                if Self.alike(known.span, name) { return entries[index].meaning }
            }
            slot = (slot + 1) & 2047
        }
        return nil
    }

    /// What a column of a flat table means, also where its title is the path of a member.
    func column(_ title: Span<UInt8>) -> Match? {
        if case .column(let match) = meaning(title) { return match }
        var end = title.count
        // `.value` behind a measured value.
        for member in Vocabulary.valueMembers where Self.hasSuffix(title, "." + member) { end -= member.utf8.count + 1 }
        var start = 0
        for index in 0..<end where title[index] == UInt8(ascii: ".") || title[index] == UInt8(ascii: "/") {
            if index > start, isContainer(title.extracting(start..<index)),
                case .column(let match) = meaning(title.extracting((index + 1)..<end))
            {
                return match
            }
            start = index + 1
        }
        if end < title.count, case .column(let match) = meaning(title.extracting(0..<end)) { return match }
        if Self.hasPrefix(title, "usage_"), case .column(let match) = meaning(title.extracting(6..<end)) {
            return match
        }
        return nil
    }

    private func isContainer(_ name: Span<UInt8>) -> Bool {
        switch meaning(name) {
        case .container, .attributes: true
        default: false
        }
    }

    private static func hasSuffix(_ text: Span<UInt8>, _ suffix: String) -> Bool {
        let letters = Array(suffix.utf8)
        guard text.count > letters.count else { return false }
        return alike(text.extracting((text.count - letters.count)..<text.count), letters.span)
            && text[text.count - letters.count] == UInt8(ascii: ".")
    }

    private static func hasPrefix(_ text: Span<UInt8>, _ prefix: String) -> Bool {
        let letters = Array(prefix.utf8)
        guard text.count > letters.count else { return false }
        return alike(text.extracting(0..<letters.count), letters.span)
    }

    // MARK: Spelling

    /// FNV-1a over the letters that matter.
    private static func hash(_ name: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in name.indices {
            let byte = normalised(name[index])
            guard byte != 0 else { continue }
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash ^ hash >> 29
    }

    /// The lower-case letter; 0 for a separator.
    @inline(__always)
    private static func normalised(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), 0x20: 0
        default: byte
        }
    }

    /// Whether two names have the same letters.
    static func alike(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        var i = 0
        var j = 0
        while true {
            while i < a.count, normalised(a[i]) == 0 { i += 1 }
            while j < b.count, normalised(b[j]) == 0 { j += 1 }
            guard i < a.count, j < b.count else { return i == a.count && j == b.count }
            guard normalised(a[i]) == normalised(b[j]) else { return false }
            i += 1
            j += 1
        }
    }

    /// The letters that matter, of at most the first 64 bytes.
    static func spelling(_ name: Span<UInt8>) -> String {
        var letters: [UInt8] = []
        for index in 0..<min(64, name.count) {
            let byte = normalised(name[index])
            if byte != 0 { letters.append(byte) }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Whether a name that is not known looks like tokens of a request.
    static func looksLikeLength(_ name: Span<UInt8>) -> Bool {
        let spelling = spelling(name)
        guard spelling.utf8.count >= 6, spelling.contains("token") || spelling.hasSuffix("len"),
            !spelling.contains("id")
        else { return false }
        return Vocabulary.lengthWords.contains { spelling.contains($0) }
            && !Vocabulary.otherWords.contains { spelling.contains($0) }
    }
}
