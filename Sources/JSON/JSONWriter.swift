/// Writes JSON text into one growing array of bytes; the same calls give the same bytes.
///
/// Doubles are written with the fewest digits that read back as the same double, whole numbers without a point. A
/// number that is not finite has no JSON form: it is remembered, and `finish()` throws.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.field("ratio", 10)
///     writer.endObject()
///     let bytes = try writer.finish()
public struct JSONWriter: Sendable {
    /// A number that is not finite was to be written; the name of the member before it.
    public struct NotFinite: Error, Sendable, Equatable {
        public let member: String
    }

    /// What was written last.
    private enum Place {
        case start
        case bracket
        case name
        case value
    }

    public let isPretty: Bool
    var bytes: [UInt8]
    private var depth = 0
    private var place = Place.start
    private var lastName: StaticString = ""
    private var failure: NotFinite?

    /// - Parameters:
    ///   - pretty: two spaces of indentation for each level and a line feed at the end.
    ///   - capacity: bytes to set aside at first.
    public init(pretty: Bool = false, capacity: Int = 1024) {
        isPretty = pretty
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// The text, once the outermost value is complete.
    public consuming func finish() throws(NotFinite) -> [UInt8] {
        assert(depth == 0, "a container is still open")
        if let failure { throw failure }
        if isPretty { bytes.append(0x0A) }
        return bytes
    }

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the next member: ASCII that needs no escape, as every name in a schema is.
    public mutating func name(_ name: StaticString) {
        separate()
        lastName = name
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        nameWritten()
    }

    /// The name of the next member, any string.
    public mutating func name(_ name: String) {
        separate()
        lastName = ""
        writeString(name)
        nameWritten()
    }

    /// The name of the next member, any valid UTF-8.
    mutating func name(utf8: UnsafeBufferPointer<UInt8>) {
        separate()
        lastName = ""
        writeString(utf8)
        nameWritten()
    }

    public mutating func null() { literal("null") }
    public mutating func value(_ value: Bool) { literal(value ? "true" : "false") }

    public mutating func value(_ value: Int) {
        separate()
        writeInteger(value)
        place = .value
    }

    public mutating func value(_ value: Double) {
        separate()
        if value.isFinite {
            writeDouble(value)
        } else {
            if failure == nil { failure = NotFinite(member: lastName.description) }
            bytes.append(contentsOf: "null".utf8)
        }
        place = .value
    }

    public mutating func value(_ value: String) {
        separate()
        writeString(value)
        place = .value
    }

    /// Any valid UTF-8.
    mutating func value(utf8: UnsafeBufferPointer<UInt8>) {
        separate()
        writeString(utf8)
        place = .value
    }

    public mutating func value(_ value: StaticString) {
        separate()
        value.withUTF8Buffer { writeString($0) }
        place = .value
    }

    // MARK: - Layout

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        place = .bracket
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if isPretty, place != .bracket { newLine() }
        bytes.append(bracket)
        place = .value
    }

    /// Writes what stands between the previous value and the next: a comma, and the line break of pretty text.
    private mutating func separate() {
        switch place {
        case .start, .name: return
        case .bracket: break
        case .value: bytes.append(UInt8(ascii: ","))
        }
        if isPretty { newLine() }
    }

    private mutating func nameWritten() {
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(0x20) }
        place = .name
    }

    private mutating func newLine() {
        bytes.append(0x0A)
        for _ in 0..<depth {
            bytes.append(0x20)
            bytes.append(0x20)
        }
    }

    private mutating func literal(_ word: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        place = .value
    }
}
