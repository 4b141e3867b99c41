/// A member in one call.
extension JSONWriter {
    public mutating func field(_ name: StaticString, _ value: Double) {
        self.name(name)
        self.value(value)
    }

    public mutating func field(_ name: StaticString, _ value: Int) {
        self.name(name)
        self.value(value)
    }

    public mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.value(value)
    }

    public mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        self.value(value)
    }

    public mutating func field(_ name: StaticString, _ value: StaticString) {
        self.name(name)
        self.value(value)
    }

    /// A number as a member; `null` where it is not defined, or without bound.
    public mutating func field(_ name: StaticString, orNull value: Double?) {
        self.name(name)
        if let value, value.isFinite { self.value(value) } else { null() }
    }

    /// A whole number as a member; `null` where it is not defined.
    public mutating func field(_ name: StaticString, orNull value: Int?) {
        self.name(name)
        if let value { self.value(value) } else { null() }
    }

    /// `[low, high]` as a member; `null` where there is no interval, and in place of an end without bound.
    public mutating func field(_ name: StaticString, orNull interval: ClosedRange<Double>?) {
        self.name(name)
        guard let interval else { return null() }
        beginArray()
        for end in [interval.lowerBound, interval.upperBound] {
            if end.isFinite { value(end) } else { null() }
        }
        endArray()
    }

    /// An object as a member.
    public mutating func object(_ name: StaticString, _ content: (inout JSONWriter) -> Void) {
        self.name(name)
        beginObject()
        content(&self)
        endObject()
    }

    /// An array as a member: one value for each element. Inlinable, so that other targets do not run it generically.
    @inlinable
    public mutating func array<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ each: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        beginArray()
        for element in elements { each(&self, element) }
        endArray()
    }
}

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
