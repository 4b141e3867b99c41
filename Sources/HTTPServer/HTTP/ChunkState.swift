/// Where in a chunked body the parser is (RFC 9112, section 7.1). Each case says what is awaited.
enum ChunkState: Equatable {
    /// The first digit of a chunk size.
    case sizeStart
    /// More digits, an extension, or CR.
    case size
    /// The name of an extension, after `;`.
    case extensionNameStart
    case extensionName
    /// `=` or `;`, after a name and whitespace.
    case afterExtensionName
    case extensionValueStart
    case extensionValue
    case extensionQuoted
    /// The byte after a backslash.
    case extensionQuotedPair
    /// `;` or CR, after a closing quote.
    case afterExtensionQuoted
    /// `;`, after whitespace that followed a size or a value.
    case beforeSemicolon
    case sizeLineFeed
    case data
    case dataCarriageReturn
    case dataLineFeed
    /// A trailer field or the empty line.
    case trailerStart
    case trailerName
    case trailerValue
    case trailerLineFeed
    case lastLineFeed
}

/// What is counted over one chunked body, for the limits.
struct ChunkCounters {
    var size = 0
    var lineLength = 0
    var extensionBytes = 0
    var trailerBytes = 0
    var trailers = 0
}
