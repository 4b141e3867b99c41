extension JSONValue {
    /// The member of an object with this name.
    public subscript(name: StaticString) -> JSONValue? {
        let node = self.node
        guard node.kind == .object else { return nil }
        var index = self.index + 1
        for _ in 0..<node.count {
            if document.matches(document.tape[index], name) { return JSONValue(document: document, index: index + 1) }
            index = Int(document.tape[index + 1].next)
        }
        return nil
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
        private let document: JSONDocument
        private var index: Int
        private var remaining: Int

        init(_ value: JSONValue) {
            document = value.document
            index = value.index + 1
            remaining = value.kind == .array ? value.count : 0
        }

        public var underestimatedCount: Int { remaining }

        public mutating func next() -> JSONValue? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            defer { index = Int(document.tape[index].next) }
            return JSONValue(document: document, index: index)
        }
    }

    public struct Members: Sequence, IteratorProtocol, Sendable {
        private let document: JSONDocument
        private var index: Int
        private var remaining: Int

        init(_ value: JSONValue) {
            document = value.document
            index = value.index + 1
            remaining = value.kind == .object ? value.count : 0
        }

        public var underestimatedCount: Int { remaining }

        /// Name (itself a string value) and value.
        public mutating func next() -> (name: JSONValue, value: JSONValue)? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let name = index
            index = Int(document.tape[name + 1].next)
            return (JSONValue(document: document, index: name), JSONValue(document: document, index: name + 1))
        }
    }
}
