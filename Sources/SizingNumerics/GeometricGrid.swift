/// Whole numbers that are about geometric: dense where they are small.
public enum GeometricGrid {
    /// From 1 to `last`, both included, rising.
    ///
    /// - Parameters:
    ///   - last: 1 or more.
    ///   - growth: of neighbours, greater than 1; where that is less than a step of one, the step is one.
    public static func wholeNumbers(upTo last: Int, growth: Double) -> [Int] {
        var values: [Int] = []
        var next = 1.0
        while Int(next) < last {
            if values.last != Int(next) { values.append(Int(next)) }
            next = max(next * growth, next.rounded(.down) + 1)
        }
        return values + [last]
    }
}
