import Sizing

/// Throws unless `value` lies in `range`.
func check(_ value: Int, in range: ClosedRange<Int>, field: String) throws(SizingError) {
    guard range.contains(value) else {
        throw SizingError(field: field, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
}

/// Throws unless `value` is finite and lies in `range`.
func check(_ value: Double, in range: ClosedRange<Double>, field: String) throws(SizingError) {
    guard value.isFinite, range.contains(value) else {
        throw SizingError(
            field: field, rule: "must be a finite number from \(range.lowerBound) to \(range.upperBound)")
    }
}
