import Glibc

/// The address of a client: 16 bytes as IPv6, IPv4 addresses mapped into it. Cheap to copy, compare and hash.
struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address in network order; IPv4 as `::ffff:a.b.c.d`.
    let high: UInt64
    let low: UInt64
    let port: UInt16

    init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    static let unknown = PeerAddress(high: 0, low: 0, port: 0)

    /// The address without the port, in the usual notation.
    var host: String {
        if high == 0, low >> 32 == 0xFFFF {
            let v4 = UInt32(truncatingIfNeeded: low)
            return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)"
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var description: String {
        high == 0 && low >> 32 == 0xFFFF ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}
