/// How the bytes of a trace are laid out.
public enum TraceFormat: String, Hashable, Sendable, CaseIterable {
    /// A header line, then a request a line; fields may be quoted (RFC 4180). Commas, semicolons, tabs or bars, as in the header.
    case csv
    /// JSON objects after each other, as a rule one a line.
    case jsonLines
    /// A JSON array of objects.
    case jsonRows

    /// As people know it.
    var name: String {
        switch self {
        case .csv: "csv"
        case .jsonLines: "ndjson"
        case .jsonRows: "json"
        }
    }
}

/// How a trace is to be read.
public struct TraceOptions: Hashable, Sendable {
    /// The column of prefill lengths: its name, its number from 1 (CSV), or a JSON Pointer or a dotted path to a member; `nil` for any
    /// of the `Vocabulary`.
    public var prefillColumn: String?
    /// The column of decode lengths, likewise.
    public var decodeColumn: String?
    /// Whether the first output token comes from prefill: then a request of n output tokens stays n − 1 steps.
    public var firstTokenFromPrefill = false
    /// The unit of arrival times that are numbers; `nil` to tell it by the column's name or their size.
    public var timeUnit: TimeUnit?
    /// Tokens of a block of `hash_ids`; `nil` to tell it by the lengths.
    public var blockTokens: Int?
    /// Most requests to keep with their times, for a replay; `nil` to keep none.
    public var keptRequests: Int?
    /// The longest line, or element of a JSON array, in bytes.
    public var maximumLine = 1 << 20

    public init(prefillColumn: String? = nil, decodeColumn: String? = nil, firstTokenFromPrefill: Bool = false) {
        self.prefillColumn = prefillColumn
        self.decodeColumn = decodeColumn
        self.firstTokenFromPrefill = firstTokenFromPrefill
    }
}
