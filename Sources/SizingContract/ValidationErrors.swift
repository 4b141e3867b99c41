import JSON
import Text

/// One field that breaks a rule.
public struct FieldError: Sendable, Hashable {
    /// JSON Pointer (RFC 6901) into the request; for a missing field, of the object that lacks it.
    public var pointer: String
    /// The rule that is broken, for people: "must be …".
    public var detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    /// - Parameters:
    ///   - path: dotted names.
    ///   - pointer: of the value that they begin at.
    init(path: String, below pointer: String = "", detail: String) {
        self.init(pointer: pointer + JSONPointer.text(path.split(separator: ".").map(String.init)), detail: detail)
    }
}

/// Everything that is wrong with a request, collected while it is read: the reader goes on after the first error.
public struct ValidationErrors: Sendable {
    /// More errors than this are counted but not listed, so that the answer to a hostile request stays small.
    static let listed = 100

    public private(set) var list: [FieldError] = []
    /// How many there are.
    public private(set) var total = 0

    /// How many are listed.
    private let most: Int

    public init() { most = Self.listed }

    /// - Parameter listing: errors listed at most, 1…``listed``.
    init(listing most: Int) { self.most = most }

    public var isEmpty: Bool { total == 0 }

    /// Adds a rule that a value of the request breaks.
    public mutating func add(_ value: JSONValue, _ detail: @autoclosure () -> String) {
        total += 1
        if list.count < most { list.append(FieldError(pointer: value.pointer, detail: detail())) }
    }

    /// Adds an error of the model, which names the part of `value` that breaks the rule.
    public mutating func add(_ value: JSONValue, _ error: InvalidInput) {
        add(list.count < most ? value.pointer : "", error)
    }

    /// The same, for the object at `pointer`.
    mutating func add(_ pointer: String, _ error: InvalidInput) {
        total += 1
        guard list.count < most else { return }
        let path = error.field.split(separator: ".").map(String.init)
        list.append(FieldError(pointer: pointer + JSONPointer.text(path), detail: error.rule))
    }

    /// What a throwing factory of the model makes; nil where it throws, and its error is added.
    public mutating func checked<T>(_ value: JSONValue, _ make: @autoclosure () throws(InvalidInput) -> T) -> T? {
        do throws(InvalidInput) {
            return try make()
        } catch {
            add(value, error)
            return nil
        }
    }
}
