import Glibc

extension JSONParser {
    /// Refuses an object in which a name stands twice: RFC 8259, section 4, leaves its meaning open, so two readers of
    /// the same request could disagree.
    ///
    /// Few names are compared pairwise; many are sorted, so that the cost stays below n log n for any names.
    mutating func refuseDuplicates(of object: Int) throws(Stop) {
        let count = tape[object].count
        if count < 2 { return }
        if count <= 16 {
            var second = Int(tape[object + 1].next)
            second = Int(tape[second].next)
            for _ in 1..<count {
                var first = object + 1
                while first < second {
                    if order(first, second) == 0 { throw duplicate(second) }
                    first = Int(tape[first + 1].next)
                }
                second = Int(tape[second + 1].next)
            }
            return
        }
        var names: [Int] = []
        names.reserveCapacity(count)
        var index = object + 1
        for _ in 0..<count {
            names.append(index)
            index = Int(tape[index + 1].next)
        }
        names.sort { order($0, $1) < 0 || (order($0, $1) == 0 && $0 < $1) }
        for i in 1..<count where order(names[i - 1], names[i]) == 0 { throw duplicate(names[i]) }
    }

    /// Compares the names at two nodes byte by byte, shorter ones first.
    private func order(_ a: Int, _ b: Int) -> Int {
        let (left, right) = (tape[a], tape[b])
        if left.length != right.length { return left.length - right.length }
        if left.length == 0 { return 0 }
        return withBytes(of: left) { leftBytes in
            withBytes(of: right) { rightBytes in
                // Both buffers hold `length` bytes.
                Int(memcmp(leftBytes, rightBytes, left.length))
            }
        }
    }

    private func withBytes<T>(of node: JSONNode, _ body: (UnsafePointer<UInt8>) -> T) -> T {
        if node.flags.contains(.inArena) {
            // A string of at least one byte is in the arena, so that it has an address.
            return arena.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped + node.start) }
        }
        return body(text.baseAddress.unsafelyUnwrapped + node.start)
    }

    private func duplicate(_ node: Int) -> Stop {
        Stop(reason: .duplicateKey(name(at: node)), offset: max(position - 1, 0))
    }

    func name(at node: Int) -> String {
        let entry = tape[node]
        if entry.flags.contains(.inArena) {
            return String(decoding: arena[entry.start..<entry.start + entry.length], as: UTF8.self)
        }
        return String(decoding: text[entry.start..<entry.start + entry.length], as: UTF8.self)
    }
}
