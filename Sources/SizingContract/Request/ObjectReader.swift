import Hardware
import JSON
import Text

/// Reads the members of one object and refuses those that are not known.
///
///     guard let object = ObjectReader(value, fields: ["mean", "stddev"], &errors) else { return nil }
///     let mean = object.required("mean", &errors)?.number(in: 0...1e9, &errors)
///
/// Every method that checks something takes the collected errors, adds to them, and gives nil.
struct ObjectReader {
    let value: JSONValue

    /// - Parameters:
    ///   - fields: every member that may be there.
    ///   - elsewhere: members that belong to another operation, and what is said where they are given.
    init?(
        _ value: JSONValue, fields: [StaticString], elsewhere: [(name: StaticString, detail: StaticString)] = [],
        _ errors: inout ValidationErrors
    ) {
        guard value.kind == .object else {
            errors.add(value, "must be an object, not \(value.kind.name)")
            return nil
        }
        self.value = value
        for (name, member) in value.members where !fields.contains(where: { name.equals($0) }) {
            if let known = elsewhere.first(where: { name.equals($0.name) }) {
                errors.add(member, "\(known.detail)")
            } else {
                errors.add(member, Self.unknown(name.string ?? "", fields))
            }
        }
    }

    /// Of an object whose members another reader has checked; nil where it is none.
    init?(unchecked value: JSONValue) {
        guard value.kind == .object else { return nil }
        self.value = value
    }

    /// The member, where it is there.
    func optional(_ name: StaticString) -> JSONValue? { value[name] }

    /// The member, which must be there.
    func required(_ name: StaticString, _ errors: inout ValidationErrors) -> JSONValue? {
        if let member = value[name] { return member }
        errors.add(value, "must have the field \"\(name)\"")
        return nil
    }

    private static func unknown(_ name: String, _ fields: [StaticString]) -> String {
        let known = fields.map { $0.description }
        if let nearest = NearestName.nearest(to: name, among: known) {
            return "is not a known field; did you mean \"\(nearest)\"?"
        }
        return "is not a known field; known are \(known.joined(separator: ", "))"
    }
}
