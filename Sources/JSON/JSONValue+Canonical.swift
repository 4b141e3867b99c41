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
        case .string: writer.value(document.string(node))
        case .array:
            writer.beginArray()
            for element in elements { element.writeCanonical(into: &writer) }
            writer.endArray()
        case .object:
            writer.beginObject()
            var sorted = Array(members)
            sorted.sort { left, right in
                document.utf8(left.name.node).lexicographicallyPrecedes(document.utf8(right.name.node))
            }
            for member in sorted {
                writer.name(document.string(member.name.node))
                member.value.writeCanonical(into: &writer)
            }
            writer.endObject()
        }
    }
}
