import SizingNumerics
import Testing

@testable import Sizing

@Suite("Requests that are packed")
struct PackedRequestsTests {
    private static func read(_ packed: PackedRequests) -> [TimedRequest] {
        var reader = packed.reader
        var rows: [TimedRequest] = []
        while let row = reader.next() { rows.append(row) }
        return rows
    }

    @Test("come out as they went in, over the ends of chunks, whatever their numbers")
    func roundTrip() {
        var random = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
        var time = -5
        let rows = (0..<20_000).map { index in
            time += Int(random.next() % 2_000_000) - 1000
            let longest = Int32(truncatingIfNeeded: 1 + random.next() % 1_000_000_000)
            return TimedRequest(
                arrival: Double(time) / 1e6, prefill: index % 7 == 0 ? longest : longest % 5000,
                decode: 1 + longest % 300,
                cached: index % 3 == 0 ? -1 : longest % 2000, order: UInt32(index))
        }
        let packed = PackedRequests(rows)
        #expect(packed.count == rows.count)
        #expect(packed.first == rows[0].arrival && packed.lastArrival == rows[19_999].arrival)
        #expect(Self.read(packed) == rows)
    }

    @Test("the ends of the ranges", arguments: [-1e9, 0, 1e-6, 1e8, 1e9])
    func ends(arrival: Double) {
        let row = TimedRequest(arrival: arrival, prefill: .max, decode: .max, cached: .max)
        #expect(Self.read(PackedRequests([row])) == [row])
    }

    @Test("none are none")
    func empty() {
        #expect(Self.read(PackedRequests()).isEmpty)
        #expect(PackedRequests().first == nil && PackedRequests().lastArrival == nil && PackedRequests().memory == 0)
    }

    @Test("a day's rows take less than ten bytes each")
    func memory() {
        var random = Xorshift(state: 7)
        var packed = PackedRequests()
        var time = 0
        for _ in 0..<50_000 {
            time += Int(random.next() % 64_000)
            packed.append(
                TimedRequest(
                    arrival: Double(time) / 1e6, prefill: Int32(random.next() % 4000),
                    decode: Int32(random.next() % 500)))
        }
        #expect(packed.memory < 10 * packed.count)
    }

    /// Marsaglia's xorshift64.
    private struct Xorshift {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}
