import JSON
import Sizing
import Text

/// Everything that is wrong with a request, collected while it is read: the reader goes on after the first error.
public struct Problems: Sendable {
    /// More errors than this are counted but not listed, so that the answer to a hostile request stays small.
    static let listed = 100

    public private(set) var list: [FieldProblem] = []
    /// How many there are.
    public private(set) var total = 0

    public init() {}

    public var isEmpty: Bool { total == 0 }

    /// Blames a value of the request.
    public mutating func add(_ value: JSONValue, _ detail: @autoclosure () -> String) {
        total += 1
        if list.count < Self.listed { list.append(FieldProblem(pointer: value.pointer, detail: detail())) }
    }

    /// Blames the part of `value` that the model names.
    public mutating func add(_ value: JSONValue, _ error: InvalidInput) {
        total += 1
        guard list.count < Self.listed else { return }
        let path = error.field.split(separator: ".").map(String.init)
        list.append(FieldProblem(pointer: value.pointer + JSONPointer.text(path), detail: error.rule))
    }

    /// What a throwing factory of the model makes; where it throws, blames the part of `value` that the error names.
    public mutating func checked<T>(_ value: JSONValue, _ make: @autoclosure () throws(InvalidInput) -> T) -> T? {
        do throws(InvalidInput) {
            return try make()
        } catch {
            add(value, error)
            return nil
        }
    }
}
