/// Points that the curves of one answer may have together: an answer is held until its reader has it.
struct CurveBudget {
    /// Some megabytes of text, four times that where it is indented.
    static let maximumPoints = 16_384

    private var left = maximumPoints

    /// Bytes of the points and of their text.
    static func bytes(points: Int) -> Double { 512 * Double(points) }

    /// Takes the points of one more curve; false where there are not as many left.
    mutating func take(_ points: Int) -> Bool {
        guard points <= left else { return false }
        left -= points
        return true
    }
}
