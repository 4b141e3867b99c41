extension JSONWriter {
    /// Writes a parsed value as it is, members in their order. Recurses as deep as the document is nested (see
    /// `JSONLimits`).
    public mutating func value(_ value: JSONValue) {
        let node = value.node
        switch node.kind {
        case .null: null()
        case .bool: self.value(node.payload != 0)
        case .number: self.value(node.number)
        case .nonFinite: self.value(value.nonFiniteText)
        case .string: self.value(value.document.string(node))
        case .array:
            beginArray()
            for element in value.elements { self.value(element) }
            endArray()
        case .object:
            beginObject()
            for (name, member) in value.members {
                self.name(value.document.string(name.node))
                self.value(member)
            }
            endObject()
        }
    }
}
