import Hardware
import JSON
import Sizing
import Text

/// Values with their rules: each reads one value, or blames it and gives nil.
extension JSONValue {
    /// A number within `range`.
    func number(in range: ClosedRange<Double>, _ problems: inout Problems) -> Double? {
        guard let number else { return wrongType("a number", &problems) }
        guard range.contains(number) else {
            problems.add(self, "must be a number from \(RangeText.of(range))")
            return nil
        }
        return number
    }

    /// A number; its range is checked by the model.
    func number(_ problems: inout Problems) -> Double? { number ?? wrongType("a number", &problems) }

    /// A whole number within `range`. `7.0` is whole.
    func integer(in range: ClosedRange<Int>, _ problems: inout Problems) -> Int? {
        guard kind == .number else { return wrongType("a number", &problems) }
        guard let integer, range.contains(integer) else {
            problems.add(self, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    /// A boolean.
    func boolean(_ problems: inout Problems) -> Bool? { bool ?? wrongType("a boolean", &problems) }

    /// A string.
    func text(_ problems: inout Problems) -> String? { string ?? wrongType("a string", &problems) }

    /// One of the names of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        of type: Choice.Type, _ problems: inout Problems
    ) -> Choice? {
        guard let name = string else { return wrongType("a string", &problems) }
        if let choice = Choice(rawValue: name) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        if let nearest = NearestName.nearest(to: name, among: names) {
            problems.add(self, "is not known; did you mean \"\(nearest)\"?")
        } else {
            problems.add(self, "must be one of \(names.joined(separator: ", "))")
        }
        return nil
    }

    /// An array of at most `limit` elements.
    func array(limit: Int, _ problems: inout Problems) -> Elements? {
        guard kind == .array else { return wrongType("an array", &problems) }
        guard count <= limit else {
            problems.add(self, "must have at most \(limit) elements")
            return nil
        }
        return elements
    }

    /// An array of numbers, each within `range`; every element that is not is blamed.
    func numbers(in range: ClosedRange<Double>, _ problems: inout Problems) -> [Double]? {
        if let numbers, numbers.allSatisfy(range.contains) { return numbers }
        guard kind == .array else { return wrongType("an array of numbers", &problems) }
        for element in elements { _ = element.number(in: range, &problems) }
        return nil
    }

    /// An array of whole numbers, each within `range`; every element that is not is blamed.
    func integers(in range: ClosedRange<Int>, _ problems: inout Problems) -> [Int]? {
        guard kind == .array else { return wrongType("an array of whole numbers", &problems) }
        if let numbers {
            var integers: [Int] = []
            integers.reserveCapacity(numbers.count)
            let bounds = Double(range.lowerBound)...Double(range.upperBound)
            for number in numbers {
                guard bounds.contains(number), number.rounded(.towardZero) == number else { break }
                integers.append(Int(number))
            }
            if integers.count == numbers.count { return integers }
        }
        for element in elements { _ = element.integer(in: range, &problems) }
        return nil
    }

    private func wrongType<T>(_ expected: String, _ problems: inout Problems) -> T? {
        problems.add(self, "must be \(expected), not \(kind.name)")
        return nil
    }
}
