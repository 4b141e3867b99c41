/// Bytes that are never freed or changed, such as a file embedded in the binary.
///
/// `@unchecked Sendable`: the memory is immutable for the life of the process, which the initialisers demand.
public struct StaticBytes: @unchecked Sendable {
    let pointer: UnsafeBufferPointer<UInt8>

    /// - Parameter pointer: memory that stays valid and unchanged until the process ends.
    public init(immortal pointer: UnsafeBufferPointer<UInt8>) {
        self.pointer = pointer
    }

    public init(_ string: StaticString) {
        // A StaticString's UTF-8 lives in the binary's read-only data.
        self.pointer = UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount)
    }

    public var count: Int { pointer.count }
}
