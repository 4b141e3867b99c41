extension JSONValue {
    /// The member of an object with this name.
    public subscript(name: StaticString) -> JSONValue? {
        let found = document.tape.withUnsafeBufferPointer { tape -> Int? in
            guard tape[index].kind == .object else { return nil }
            var member = index + 1
            for _ in 0..<tape[index].count {
                if document.matches(tape[member], name) { return member + 1 }
                member = Int(tape[member + 1].next)
            }
            return nil
        }
        return found.map { JSONValue(document: document, index: $0) }
    }

    /// The elements of an array, in order; nothing for other kinds.
    public var elements: Elements { Elements(self) }

    /// The members of an object, in the order of the text; nothing for other kinds.
    public var members: Members { Members(self) }

    /// All elements of an array of numbers, or nil where this is not an array or an element is not a number.
    public var numbers: [Double]? {
        let node = self.node
        guard node.kind == .array else { return nil }
        let count = node.count
        // In an array of scalars the elements lie side by side.
        guard Int(node.next) == index + 1 + count else { return nil }
        var allNumbers = true
        let first = index + 1
        let result = [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
            document.tape.withUnsafeBufferPointer { tape in
                for i in 0..<count {
                    let element = tape[first + i]
                    if element.kind != .number {
                        allNumbers = false
                        break
                    }
                    buffer.initializeElement(at: i, to: element.number)
                    initialised = i + 1
                }
            }
        }
        return allNumbers ? result : nil
    }

    public struct Elements: Sequence, IteratorProtocol, Sendable {
        private var walk: Walk

        init(_ value: JSONValue) { walk = Walk(value, of: .array) }

        public var underestimatedCount: Int { walk.remaining }

        public mutating func next() -> JSONValue? {
            walk.advance(valueAfter: 0).map { JSONValue(document: walk.document, index: $0) }
        }
    }

    public struct Members: Sequence, IteratorProtocol, Sendable {
        private var walk: Walk

        init(_ value: JSONValue) { walk = Walk(value, of: .object) }

        public var underestimatedCount: Int { walk.remaining }

        /// Name (itself a string value) and value.
        public mutating func next() -> (name: JSONValue, value: JSONValue)? {
            walk.advance(valueAfter: 1).map { name in
                (JSONValue(document: walk.document, index: name), JSONValue(document: walk.document, index: name + 1))
            }
        }
    }

    /// A place among the children of a value.
    private struct Walk: Sendable {
        let document: JSONDocument
        private var index: Int
        private(set) var remaining: Int

        /// Nothing to walk over where `value` is of another kind.
        init(_ value: JSONValue, of kind: JSONKind) {
            document = value.document
            index = value.index + 1
            remaining = value.kind == kind ? value.count : 0
        }

        /// Where the next child begins, and on to the one after it.
        ///
        /// - Parameter nodes: how many nodes stand before the child's value: 1 for a member's name.
        mutating func advance(valueAfter nodes: Int) -> Int? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let start = index
            index = Int(document.tape[start + nodes].next)
            return start
        }
    }
}
