/// A binary heap of numbers by their keys, least key first; equal keys by number. Grows with what is in it.
struct EventHeap<Key: Comparable> {
    private struct Entry {
        var key: Key
        var number: Int32
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// The least key.
    @inline(__always)
    var first: (key: Key, number: Int)? {
        guard !entries.isEmpty else { return nil }
        return (entries[0].key, Int(entries[0].number))
    }

    mutating func insert(_ key: Key, _ number: Int) {
        let entry = Entry(key: key, number: Int32(truncatingIfNeeded: number))
        entries.append(entry)
        var index = entries.count - 1
        var entries = entries.mutableSpan
        while index > 0 {
            let parent = (index - 1) / 2
            guard Self.isLess(entry, entries[parent]) else { break }
            entries[index] = entries[parent]
            index = parent
        }
        entries[index] = entry
    }

    /// Takes the least key out; there must be one.
    mutating func removeFirst() -> Int {
        let result = Int(entries[0].number)
        let entry = entries.removeLast()
        guard !entries.isEmpty else { return result }
        var entries = entries.mutableSpan
        let count = entries.count
        var index = 0
        while true {
            var child = 2 * index + 1
            guard child < count else { break }
            if child + 1 < count, Self.isLess(entries[child + 1], entries[child]) { child += 1 }
            guard Self.isLess(entries[child], entry) else { break }
            entries[index] = entries[child]
            index = child
        }
        entries[index] = entry
        return result
    }

    @inline(__always)
    private static func isLess(_ one: Entry, _ other: Entry) -> Bool {
        one.key < other.key || (one.key == other.key && one.number < other.number)
    }
}
