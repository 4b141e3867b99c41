/// A table that forgets what was used longest ago: two generations of at most ``capacity`` keys.
///
/// A key is kept as long as fewer than `capacity` others were used since, and is gone after twice as many. Every operation takes
/// constant time.
struct RecentTable<Value: Sendable>: Sendable {
    /// Keys of a generation.
    let capacity: Int
    /// Whether anything was forgotten.
    private(set) var hasForgotten = false
    private var young: [UInt64: Value] = [:]
    private var old: [UInt64: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// The value of `key`, if it is kept.
    func value(of key: UInt64) -> Value? { young[key] ?? old[key] }

    /// Sets the value of `key`, which is then the one used last.
    mutating func set(_ value: Value, for key: UInt64) {
        if young.updateValue(value, forKey: key) != nil { return }
        old[key] = nil
        guard young.count >= capacity else { return }
        if !old.isEmpty { hasForgotten = true }
        old = young
        young = [:]
    }
}
