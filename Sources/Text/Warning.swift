/// Something that the caller should know about an answer: what was assumed, left out, or used beyond its range.
///
/// Every answer that stands on a trace, on samples or on names lists these under `warnings`.
public struct Warning: Hashable, Sendable {
    /// What kind of warning it is, in snake_case. It stays the same between versions, so that programs can compare it.
    public var code: String
    /// One or two sentences for people, with the figures.
    public var detail: String
    /// JSON Pointer (RFC 6901) into the request, to what the warning is about; empty for the whole request.
    public var pointer: String

    public init(code: String, detail: String, pointer: String = "") {
        self.code = code
        self.detail = detail
        self.pointer = pointer
    }

    /// The same about a part of the value at `pointer`.
    public func below(_ pointer: String) -> Warning {
        Warning(code: code, detail: detail, pointer: pointer + self.pointer)
    }
}
