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

    /// An object as a member.
    public mutating func object(_ name: StaticString, _ content: (inout JSONWriter) -> Void) {
        self.name(name)
        beginObject()
        content(&self)
        endObject()
    }

    /// An array as a member: one value for each element.
    public mutating func array<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ each: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        beginArray()
        for element in elements { each(&self, element) }
        endArray()
    }
}
