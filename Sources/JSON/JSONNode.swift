/// One entry of the tape: 16 bytes for a value or a member name.
///
/// A container is followed by its content: an array by its elements, an object by name, value, name, value … `next` is
/// the index behind the whole value, so that a value is skipped in one step.
struct JSONNode: Sendable {
    var kind: JSONKind
    var flags: Flags
    /// Index of the node behind this value. While a container is open: index of the container around it.
    var next: UInt32
    /// Number: the bits of the double. String: where it starts (upper half) and its length in bytes (lower half).
    /// Container: number of elements or members. Bool: 0 or 1.
    var payload: UInt64

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        /// The string had escapes: its bytes are in the document's arena, not in the text.
        static let inArena = Flags(rawValue: 1)
        /// An integer beyond ±2⁵³, which a double may not hold exactly.
        static let inexactInteger = Flags(rawValue: 2)
    }

    var start: Int { Int(truncatingIfNeeded: payload >> 32) }
    var length: Int { Int(truncatingIfNeeded: payload & 0xFFFF_FFFF) }
    var count: Int { Int(truncatingIfNeeded: payload) }
    var number: Double { Double(bitPattern: payload) }
}
