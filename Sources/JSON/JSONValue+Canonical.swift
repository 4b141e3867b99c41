import SizingNumerics

extension JSONValue {
    /// The canonical text of the value: no white space, members sorted by the bytes of their names, numbers and strings
    /// spelt as `JSONWriter` spells them. Two texts have the same canonical text where they differ in white space, order
    /// of members, and spelling of numbers and strings alone.
    public func canonicalText() -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writeCanonical(into: &writer)
        // Numbers of a parsed document are finite.
        return (try? writer.finish()) ?? []
    }

    /// SipHash-2-4 with 128 bits and a key of zeros, over the canonical text.
    ///
    /// It tells requests apart in logs and caches; it is no proof against someone who wants two requests to have one hash.
    public func canonicalHash() -> SipHash128.Value { SipHash128.hash(canonicalText()) }

    /// Writes the value as the next value of `writer`. Recurses as deep as the document is nested (see `JSONLimits`).
    private func writeCanonical(into writer: inout JSONWriter) {
        let node = self.node
        switch node.kind {
        case .null: writer.null()
        case .bool: writer.value(node.payload != 0)
        case .number: writer.value(node.number)
        case .nonFinite: writer.value(nonFiniteText)
        case .string: document.withUTF8(node) { writer.value(utf8: $0) }
        case .array:
            writer.beginArray()
            for element in elements { element.writeCanonical(into: &writer) }
            writer.endArray()
        case .object:
            writer.beginObject()
            withSortedMembers { names in
                for name in names {
                    document.withUTF8(document.tape[name]) { writer.name(utf8: $0) }
                    JSONValue(document: document, index: name + 1).writeCanonical(into: &writer)
                }
            }
            writer.endObject()
        }
    }

    /// The tape's indices of an object's member names, sorted by their bytes; on the stack where there are few.
    private func withSortedMembers(_ body: (UnsafeBufferPointer<Int>) -> Void) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { buffer in
            var names = buffer
            var index = index + 1
            for member in 0..<count {
                names.initializeElement(at: member, to: index)
                index = Int(document.tape[index + 1].next)
            }
            names.sort { left, right in
                document.withUTF8(document.tape[left]) { left in
                    document.withUTF8(document.tape[right]) { left.lexicographicallyPrecedes($0) }
                }
            }
            body(UnsafeBufferPointer(names))
        }
    }
}
