/// A column that says how many requests a row stands for: tells such a count from the number of the row.
///
/// Rows of one request have a one each. A column that goes up by one from row to row, from zero or one on, numbers the rows; a table of
/// counts that does so over more than a few rows is not to be expected.
struct RepetitionCourse: Hashable, Sendable {
    private var rows = 0
    private var first = 0
    private var areOnes = true
    private var areNumbers = true
    private var firstOther: Int?
    /// Fewer rows are no numbering.
    private static let leastRows = 4

    /// Takes the field of the next row.
    ///
    /// - Returns: whether it says that rows stand for several requests, or for a part of one.
    mutating func isRefused(_ text: Span<UInt8>, line: Int) -> Bool {
        switch ParsedLength(text) {
        case .tokens(let count):
            if rows == 0 {
                first = count
                areNumbers = count <= 1
            }
            areNumbers = areNumbers && count == first + rows
            areOnes = areOnes && count == 1
            rows += 1
            if count != 1, firstOther == nil { firstOther = line }
            return !areOnes && !areNumbers
        case .unusable(.fractional), .unusable(.tooLarge): return true
        case .unusable: return false
        }
    }

    /// Where the first row stands that is of several requests; `nil` where none is.
    var refusedLine: Int? { areOnes || rows >= Self.leastRows ? nil : firstOther }
}
