/// Which column names mean a prefill or a decode length.
///
/// Case, spaces, `_`, `-` and `.` do not matter. Where a row has several names for one length, the one that comes first in the
/// list counts, whatever the order in the row. A name that was asked for must match exactly.
public struct ColumnNames: Sendable {
    public static let prefill = [
        "ContextTokens", "prompt_tokens", "num_prefill_tokens", "input_length", "input_tokens", "num_prompt_tokens",
        "num_input_tokens", "prompt_length", "prompt_len", "input_len", "prefill_tokens", "prefill_length",
        "prefill_len", "request_tokens", "input_sequence_length", "prefill", "isl",
    ]
    public static let decode = [
        "GeneratedTokens", "output_tokens", "completion_tokens", "num_decode_tokens", "output_length",
        "num_generation_tokens", "generation_tokens", "num_output_tokens", "num_completion_tokens",
        "num_generated_tokens", "output_len", "decode_tokens", "decode_length", "decode_len", "completion_length",
        "completion_len", "response_tokens", "output_sequence_length", "decode", "osl",
    ]

    /// A weight or a number of repetitions. It is not taken, and not dropped in silence: every row is one request.
    static let weight = ["weight", "weights"]

    enum Side: Hashable, Sendable { case prefill, decode, weight }

    /// A name found in a row: smaller ranks count more.
    struct Match: Hashable, Sendable {
        let side: Side
        let rank: Int
    }

    private struct Entry: Sendable {
        let hash: UInt64
        let name: [UInt8]
        let match: Match
        let isExact: Bool
    }

    /// Open addressing over the hash of the normalised name.
    private var slots: [Entry?] = Array(repeating: nil, count: 256)

    init(options: TraceOptions) {
        for (side, asked, names) in [
            (Side.prefill, options.prefillColumn, Self.prefill), (Side.decode, options.decodeColumn, Self.decode),
        ] {
            for (rank, name) in (asked.map { [$0] } ?? names).enumerated() {
                insert(Array(name.utf8), Match(side: side, rank: rank), isExact: asked != nil)
            }
        }
        // Where both lengths were named, so was what counts.
        guard options.prefillColumn == nil || options.decodeColumn == nil else { return }
        for name in Self.weight { insert(Array(name.utf8), Match(side: .weight, rank: 0), isExact: false) }
    }

    private mutating func insert(_ name: [UInt8], _ match: Match, isExact: Bool) {
        let hash = Self.hash(name.span)
        var slot = Int(hash & 255)
        while slots[slot] != nil { slot = (slot + 1) & 255 }
        slots[slot] = Entry(hash: hash, name: name, match: match, isExact: isExact)
    }

    /// What `name` means, if anything.
    func match(_ name: Span<UInt8>) -> Match? {
        let hash = Self.hash(name)
        var slot = Int(hash & 255)
        while let entry = slots[slot] {
            if entry.hash == hash, entry.isExact ? Self.same(entry.name.span, name) : Self.alike(entry.name.span, name)
            {
                return entry.match
            }
            slot = (slot + 1) & 255
        }
        return nil
    }

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
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "."): 0
        default: byte
        }
    }

    private static func same(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    private static func alike(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
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
}
