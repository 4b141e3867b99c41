/// What the parser accepts beyond the grammar (RFC 8259, section 9, lets an implementation set limits).
public struct JSONLimits: Sendable, Equatable {
    /// Deepest nesting of arrays and objects. The parser keeps no recursion, so this bounds what a reader of the
    /// document may recurse over. 1 … 1,000.
    public var depth: Int

    /// Longest number in bytes. More digits than this carry no information for a double.
    public var numberLength: Int

    /// Longest document in bytes; at most 4,294,967,295, because positions are kept in 32 bits.
    public var documentLength: Int

    /// Whether `Infinity`, `-Infinity` and `NaN` are read as values of a kind of their own. Python's writer puts them into
    /// texts that others take for JSON, Hugging Face's configurations among them.
    public var allowsNonFinite: Bool

    public init(
        depth: Int = 64, numberLength: Int = 1_000, documentLength: Int = 0xFFFF_FFFF, allowsNonFinite: Bool = false
    ) {
        self.depth = min(max(depth, 1), 1_000)
        self.numberLength = max(numberLength, 1)
        self.documentLength = min(documentLength, 0xFFFF_FFFF)
        self.allowsNonFinite = allowsNonFinite
    }
}
