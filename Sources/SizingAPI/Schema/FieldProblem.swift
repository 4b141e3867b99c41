/// One field to blame.
public struct FieldProblem: Sendable, Hashable {
    /// JSON Pointer (RFC 6901) into the request; for a missing field, of the object that lacks it.
    public var pointer: String
    /// The rule that is broken, for people: "must be …".
    public var detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}
