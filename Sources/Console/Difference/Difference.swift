import JSON

/// What two documents of one kind differ in, member by member.
public struct Difference: Sendable {
    /// A member that is not the same in both.
    public struct Change: Equatable, Sendable {
        /// JSON Pointer to it.
        public let pointer: String
        /// As JSON text; nil where it is not there.
        public let before: String?
        public let after: String?
        /// The relative change of a number; nil where there is none.
        public let relative: Double?
    }

    /// Arrays that are longer are told as one change.
    static let longestArray = 8

    public private(set) var changes: [Change] = []

    /// - Parameters:
    ///   - before: a document.
    ///   - after: another.
    ///   - ignoring: pointers of what is not compared.
    public init(_ before: JSONValue, _ after: JSONValue, ignoring: Set<String> = []) {
        compare(before, after, "", ignoring)
    }

    /// What differs between any two answers and tells nothing.
    public static let ofAnswers: Set<String> = ["/provenance/request_hash", "/provenance/version"]

    private mutating func compare(_ a: JSONValue, _ b: JSONValue, _ pointer: String, _ ignoring: Set<String>) {
        guard !ignoring.contains(pointer) else { return }
        switch (a.kind, b.kind) {
        case (.object, .object):
            let second = Dictionary(
                b.members.map { ($0.name.string ?? "", $0.value) }, uniquingKeysWith: { first, _ in first })
            var seen: Set<String> = []
            for (name, value) in a.members {
                let name = name.string ?? ""
                seen.insert(name)
                compare(value, second[name], JSONPointer.appending(name, to: pointer), ignoring)
            }
            for (name, value) in b.members where !seen.contains(name.string ?? "") {
                compare(nil, value, JSONPointer.appending(name.string ?? "", to: pointer), ignoring)
            }
        case (.array, .array):
            let (first, second) = (Array(a.elements), Array(b.elements))
            if max(first.count, second.count) > Self.longestArray { return compareLong(first, second, pointer) }
            for index in 0..<max(first.count, second.count) {
                compare(
                    index < first.count ? first[index] : nil, index < second.count ? second[index] : nil,
                    "\(pointer)/\(index)", ignoring)
            }
        case (.number, .number):
            guard let x = a.number, let y = b.number, x != y else { return }
            add(pointer, a, b, relative: x == 0 ? nil : (y - x) / abs(x))
        default:
            if Self.text(a) != Self.text(b) { add(pointer, a, b, relative: nil) }
        }
    }

    private mutating func compare(_ a: JSONValue?, _ b: JSONValue?, _ pointer: String, _ ignoring: Set<String>) {
        if let a, let b { return compare(a, b, pointer, ignoring) }
        guard !ignoring.contains(pointer) else { return }
        changes.append(Change(pointer: pointer, before: a.map(Self.short), after: b.map(Self.short), relative: nil))
    }

    private mutating func compareLong(_ a: [JSONValue], _ b: [JSONValue], _ pointer: String) {
        let same = zip(a, b).reduce(0) { $0 + (Self.text($1.0) == Self.text($1.1) ? 1 : 0) }
        guard same < max(a.count, b.count) else { return }
        changes.append(
            Change(
                pointer: pointer, before: "\(a.count) elements",
                after: "\(b.count) elements, \(b.count - same) of them others",
                relative: nil))
    }

    private mutating func add(_ pointer: String, _ a: JSONValue, _ b: JSONValue, relative: Double?) {
        changes.append(Change(pointer: pointer, before: Self.short(a), after: Self.short(b), relative: relative))
    }

    private static func text(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return (try? writer.finish()) ?? []
    }

    /// Of a value that is long, its beginning.
    private static func short(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        let text = String(decoding: text(value), as: UTF8.self)
        return text.count > 60 ? text.prefix(57) + "..." : text
    }
}
