/// Why a compressed body cannot be read. All but `tooLarge` are the client's malformed content: 400.
public enum InflateError: Error, Equatable, Sendable {
    /// Not the announced format, or a checksum that does not match.
    case corrupt
    /// The body ends in the middle of the compressed stream.
    case truncated
    /// Bytes follow the end of the compressed stream that are not part of it.
    case trailingGarbage
    /// The content is larger than its limit: 413. Found as soon as the limit is passed, without inflating the rest.
    case tooLarge
}
