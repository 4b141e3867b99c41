/// What a column of a trace, or a member of a JSON row, says of a request.
enum ColumnRole: UInt8, Hashable, Sendable, CaseIterable {
    /// Tokens of the prompt.
    case prefill
    /// Tokens of the output.
    case decode
    /// Tokens of the prompt that came from a prefix cache, or went to it. They are part of the prompt column, or stand beside it.
    case cacheRead
    case cacheWritten
    /// Tokens of the prompt that came from a prefix cache, always part of the prompt column.
    case cachedPart
    /// Tokens of the output that are not shown. They are part of the output column, or stand beside it.
    case reasoning
    /// The same, always beside the output column.
    case thoughts
    /// Tokens of the prompt that always stand beside the prompt column.
    case furtherPrompt
    /// All tokens of the request: for checks.
    case total
    /// How many requests the row stands for: such rows are refused unless it is one.
    case repetitions
    /// Tokens of a whole run: tells that the file is a summary.
    case runTotal
    case identifier
    case session
    case turn
    case parent
    case arrival
    case hashIDs
    /// How the request ended: a word or a status code.
    case status
    /// The text of an error, or whether there was one.
    case failure
    /// Whether the request succeeded.
    case success
    /// The phase of a benchmark: rows of the warm-up are left out.
    case phase
    /// The number of the attempt.
    case attempt
    /// What kind of record it is: logs hold other records than requests, without lengths.
    case recordKind
    /// What the span of a trace of calls did: spans of agents and tools hold those of the requests.
    case operation
    /// The day, or another stretch of time, that the row is of.
    case period

    /// Whether the value is a number of tokens that counts towards a length.
    var isLength: Bool { self == .prefill || self == .decode }

    /// How the answer calls what the column was read as; `nil` for what only explains other columns.
    var title: String? {
        switch self {
        case .prefill, .cacheRead, .cacheWritten, .furtherPrompt: "prefill"
        case .decode, .reasoning, .thoughts: "decode"
        case .cachedPart: "cached"
        case .total: "total"
        case .identifier: "id"
        case .session: "session"
        case .turn: "turn"
        case .parent: "parent"
        case .arrival: "arrival"
        case .hashIDs: "hash_ids"
        case .status, .failure, .success: "status"
        case .phase: "phase"
        case .attempt: "attempt"
        case .repetitions, .runTotal, .recordKind, .operation, .period: nil
        }
    }
}
