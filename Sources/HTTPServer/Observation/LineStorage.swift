/// Memory in which one line of the log after the other is built. Lines of the same millisecond begin alike, and so does a line
/// with what is left here of the one before.
struct LineStorage {
    /// The last line.
    var bytes: [UInt8] = []
    /// The time at which it begins; nil where it cannot be begun with.
    var time: Timestamp?
    /// Bytes of its beginning: everything up to the message.
    var beginning = 0
}
