/// Something to be timed: `prepare` makes the inputs and gives the operation.
struct Case: Sendable {
    let name: String
    /// What one operation reads, in bytes, where that is what it is measured by.
    let bytes: (@Sendable () -> Int)?
    let prepare: @Sendable () throws -> () -> Void

    init(
        _ name: String, bytes: (@Sendable () -> Int)? = nil, prepare: @escaping @Sendable () throws -> () -> Void
    ) {
        self.name = name
        self.bytes = bytes
        self.prepare = prepare
    }
}

/// Keeps the optimiser from throwing away a result that nobody reads.
@inline(never)
func keep<T>(_ value: T) {
    withUnsafeBytes(of: value) { bytes in
        if bytes.count > 1 << 30 { print(bytes[0]) }
    }
}

/// Keeps the optimiser from knowing an input.
@inline(never)
func hide<T>(_ value: T) -> T { value }
