import Sizing
import SizingNumerics
import Text

/// A trace that was read for a replay: its requests by arrival, and what there is to say of them.
public struct ReplayTrace: Sendable {
    let requests: [TimedRequest]
    let warnings: [Warning]
    /// Of the requests, however they were cut and packed.
    let hash: SipHash128.Value

    init(_ requests: [TimedRequest], warnings: [Warning]) {
        self.requests = requests
        self.warnings = warnings
        var hashes: [UInt8] = []
        var text: [UInt8] = []
        var start = 0
        while start < requests.count {
            text.removeAll(keepingCapacity: true)
            for request in requests[start..<min(requests.count, start + 4096)] {
                for word in [
                    (request.arrival - requests[0].arrival).bitPattern,
                    UInt64(UInt32(bitPattern: request.prefill)) << 32 | UInt64(UInt32(bitPattern: request.decode)),
                    UInt64(UInt32(bitPattern: request.cached)),
                ] {
                    withUnsafeBytes(of: word.littleEndian) { text.append(contentsOf: $0) }
                }
            }
            hashes += Array(SipHash128.hash(text).hexadecimal.utf8)
            start += 4096
        }
        hash = SipHash128.hash(hashes)
    }
}
