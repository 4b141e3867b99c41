import Text

/// What of a trace was read, and what there is to say of it.
public struct TraceReading: Hashable, Sendable {
    /// A column, or a member of a JSON row.
    public struct Column: Hashable, Sendable {
        /// Its title, or its JSON Pointer.
        public let name: String
        /// What it was read as: `prefill`, `decode`, `arrival`, ….
        public let role: String

        public init(name: String, role: String) {
            self.name = name
            self.role = role
        }
    }

    /// The most columns that are told.
    public static let maximumColumns = 64

    /// `csv`, `ndjson`, `json`; `nil` for parts that were merged from different formats.
    public private(set) var format: String?
    public private(set) var columns: [Column]
    public private(set) var warnings: [Warning]

    public init(format: String?, columns: [Column] = [], warnings: [Warning] = []) {
        self.format = format
        self.columns = Array(columns.prefix(Self.maximumColumns))
        self.warnings = warnings
    }

    /// The codes of the warnings that are kept here; others follow from the sums.
    public static let codes: Set<String> = [
        "other_columns", "unknown_token_columns", "maybe_characters", "requested_lengths", "total_disagrees",
        "ids_repeat",
        "failed_requests", "retries", "warm_up_left_out", "summary_rows_left_out", "other_records_left_out",
        "skipped_rows_differ", "lengths_only_grow", "swallowed_rows", "second_header", "cache_columns_assumed",
        "reasoning_assumed", "rows_may_be_sums", "lengths_implausible", "rows_by_period",
    ]

    /// Adds what was read of another part.
    mutating func merge(_ other: TraceReading) {
        if format != other.format { format = nil }
        for column in other.columns where !columns.contains(column) && columns.count < Self.maximumColumns {
            columns.append(column)
        }
        for warning in other.warnings where !warnings.contains(warning) { warnings.append(warning) }
    }
}
