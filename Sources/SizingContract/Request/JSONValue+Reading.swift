import Hardware
import JSON
import Sizing
import Text

/// Values with their rules: each reads one value, or adds an error and gives nil.
extension JSONValue {
    /// A number within `range`.
    func number(in range: ClosedRange<Double>, _ errors: inout ValidationErrors) -> Double? {
        guard let number else { return wrongType("a number", &errors) }
        guard range.contains(number) else {
            errors.add(self, "must be a number from \(RangeText.of(range))")
            return nil
        }
        return number
    }

    /// A number; its range is checked by the model.
    func number(_ errors: inout ValidationErrors) -> Double? { number ?? wrongType("a number", &errors) }

    /// A whole number within `range`. `7.0` is whole.
    func integer(in range: ClosedRange<Int>, _ errors: inout ValidationErrors) -> Int? {
        guard kind == .number else { return wrongType("a number", &errors) }
        guard let integer, range.contains(integer) else {
            errors.add(self, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    /// A boolean.
    func boolean(_ errors: inout ValidationErrors) -> Bool? { bool ?? wrongType("a boolean", &errors) }

    /// A string.
    func text(_ errors: inout ValidationErrors) -> String? { string ?? wrongType("a string", &errors) }

    /// One of the names of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        of type: Choice.Type, _ errors: inout ValidationErrors
    ) -> Choice? {
        guard let name = string else { return wrongType("a string", &errors) }
        if let choice = Choice(rawValue: name) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        if let nearest = NearestName.nearest(to: name, among: names) {
            errors.add(self, "is not known; did you mean \"\(nearest)\"?")
        } else {
            errors.add(self, "must be one of \(names.joined(separator: ", "))")
        }
        return nil
    }

    /// An array of at most `limit` elements.
    func array(limit: Int, _ errors: inout ValidationErrors) -> Elements? {
        guard kind == .array else { return wrongType("an array", &errors) }
        guard count <= limit else {
            errors.add(self, "must have at most \(limit) elements")
            return nil
        }
        return elements
    }

    /// An array of numbers, each within `range`; every other element gives an error.
    func numbers(in range: ClosedRange<Double>, _ errors: inout ValidationErrors) -> [Double]? {
        if let numbers, numbers.allSatisfy(range.contains) { return numbers }
        guard kind == .array else { return wrongType("an array of numbers", &errors) }
        for element in elements { _ = element.number(in: range, &errors) }
        return nil
    }

    /// An array of whole numbers, each within `range`; every other element gives an error.
    func integers(in range: ClosedRange<Int>, _ errors: inout ValidationErrors) -> [Int]? {
        guard kind == .array else { return wrongType("an array of whole numbers", &errors) }
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
        for element in elements { _ = element.integer(in: range, &errors) }
        return nil
    }

    private func wrongType<T>(_ expected: String, _ errors: inout ValidationErrors) -> T? {
        errors.add(self, "must be \(expected), not \(kind.name)")
        return nil
    }
}
