import Sizing
import SizingNumerics
import Text

/// A trace that was read for a replay: its requests by arrival, and what there is to say of them.
public struct ReplayTrace: Sendable {
    let requests: PackedRequests
    let warnings: [Warning]
    /// Of the requests, however they were cut and packed.
    let hash: SipHash128.Value

    init(_ requests: PackedRequests, warnings: [Warning]) {
        self.requests = requests
        self.warnings = warnings
        let first = requests.first ?? 0
        var hashes: [UInt8] = []
        var text: [UInt8] = []
        var reader = requests.reader
        var left = requests.count
        while left > 0 {
            text.removeAll(keepingCapacity: true)
            for _ in 0..<min(left, 4096) {
                guard let request = reader.next() else { break }
                for word in [
                    (request.arrival - first).bitPattern,
                    UInt64(UInt32(bitPattern: request.prefill)) << 32 | UInt64(UInt32(bitPattern: request.decode)),
                    UInt64(UInt32(bitPattern: request.cached)),
                ] {
                    withUnsafeBytes(of: word.littleEndian) { text.append(contentsOf: $0) }
                }
            }
            left -= 4096
            hashes += Array(SipHash128.hash(text).hexadecimal.utf8)
        }
        hash = SipHash128.hash(hashes)
    }
}
