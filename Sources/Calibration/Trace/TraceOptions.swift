/// How the bytes of a trace are laid out.
public enum TraceFormat: String, Hashable, Sendable, CaseIterable {
    /// A header line, then a request a line; fields may be quoted (RFC 4180). Commas, semicolons or tabs, as in the header.
    case csv
    /// A JSON object a line.
    case jsonLines
    /// A JSON array of objects.
    case jsonRows
}

/// How a trace is to be read.
public struct TraceOptions: Hashable, Sendable {
    /// The column of prefill lengths; `nil` for any of ``ColumnNames``.
    public var prefillColumn: String?
    /// The column of decode lengths; `nil` for any of ``ColumnNames``.
    public var decodeColumn: String?
    /// Whether the first output token comes from prefill: then a request of n output tokens stays n − 1 steps (at least 1).
    public var firstTokenFromPrefill = false
    /// The longest line, or element of a JSON array, in bytes.
    public var maximumLine = 1 << 20

    public init(prefillColumn: String? = nil, decodeColumn: String? = nil, firstTokenFromPrefill: Bool = false) {
        self.prefillColumn = prefillColumn
        self.decodeColumn = decodeColumn
        self.firstTokenFromPrefill = firstTokenFromPrefill
    }
}
