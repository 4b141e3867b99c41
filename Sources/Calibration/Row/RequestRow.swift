/// A request as its row of a trace has it: the lengths, and where its further columns stand in the text of the row.
///
/// Ranges are of bytes in the row's text, which is passed along; they are empty where the row has no such column. A string is
/// without its quotes, an array with its brackets. The text of numbers and times is as it stands in the file.
public struct RequestRow: Hashable, Sendable {
    /// The whole prompt, whether cached or not, tokens, 0…1e9.
    public var prefill: Int
    /// Decode steps, 0…1e9: 0 where the request asks for no token, or for one that the prefill gives.
    public var decode: Int
    /// Tokens of `prefill` that came from a prefix cache; `nil` where no column says.
    public var cached: Int?
    /// When the request arrived: a number of seconds, milliseconds or nanoseconds, or a date with a time.
    public var arrival: Range<Int> = 0..<0
    /// What names the session that the request is a round of.
    public var session: Range<Int> = 0..<0
    /// The number of the round in its session.
    public var turn: Range<Int> = 0..<0
    /// The request before this one in its session, where rows are linked so.
    public var parent: Range<Int> = 0..<0
    /// What names the request.
    public var identifier: Range<Int> = 0..<0
    /// The blocks of the prompt: a JSON array of whole numbers.
    public var hashIDs: Range<Int> = 0..<0

    public init(prefill: Int, decode: Int, cached: Int? = nil) {
        self.prefill = prefill
        self.decode = decode
        self.cached = cached
    }
}
