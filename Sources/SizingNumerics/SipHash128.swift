/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, *SipHash: a fast short-input PRF*, 2012; the 128-bit
/// variant of the reference implementation), with a key of zeros unless one is given.
public enum SipHash128 {
    public struct Value: Sendable, Hashable {
        public let first: UInt64
        public let second: UInt64

        /// 32 hexadecimal digits: the 16 bytes in the order of the reference implementation.
        public var hexadecimal: String {
            String(unsafeUninitializedCapacity: 32) { text in
                for digit in 0..<32 {
                    let word = digit < 16 ? first : second
                    // The upper half of each byte comes first.
                    let value = UInt8(truncatingIfNeeded: word >> UInt64(4 * ((digit & 15) ^ 1))) & 15
                    text.initializeElement(at: digit, to: value < 10 ? 0x30 + value : 0x61 - 10 + value)
                }
                return 32
            }
        }
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        mutating func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        var folded: UInt64 { v0 ^ v1 ^ v2 ^ v3 }
    }

    public static func hash(_ bytes: [UInt8], key: (UInt64, UInt64) = (0, 0)) -> Value {
        var state = State(
            v0: 0x736f_6d65_7073_6575 ^ key.0, v1: 0x646f_7261_6e64_6f6d ^ key.1 ^ 0xee,
            v2: 0x6c79_6765_6e65_7261 ^ key.0, v3: 0x7465_6462_7974_6573 ^ key.1)
        bytes.withUnsafeBytes { buffer in
            let whole = buffer.count / 8
            for i in 0..<whole {
                // Within the buffer: 8·whole <= count.
                state.absorb(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)))
            }
            var last = UInt64(truncatingIfNeeded: buffer.count) << 56
            for i in 8 * whole..<buffer.count { last |= UInt64(buffer[i]) << UInt64(8 * (i - 8 * whole)) }
            state.absorb(last)
        }
        state.v2 ^= 0xee
        for _ in 0..<4 { state.round() }
        let first = state.folded
        state.v1 ^= 0xdd
        for _ in 0..<4 { state.round() }
        return Value(first: first, second: state.folded)
    }
}
