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
        var bytes: [UInt8] = []
        appendHost(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``host``.
    func appendHost(to out: inout [UInt8]) {
        if high == 0, low >> 32 == 0xFFFF {
            let v4 = UInt32(truncatingIfNeeded: low)
            out.append(decimal: UInt(v4 >> 24))
            for shift: UInt32 in [16, 8, 0] {
                out.append(UInt8(ascii: "."))
                out.append(decimal: UInt(v4 >> shift & 255))
            }
            return
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = inet_ntop(AF_INET6, &address, text.baseAddress, socklen_t(text.count)) else {
                return out.append(UInt8(ascii: "?"))
            }
            out.append(contentsOf: UnsafeRawBufferPointer(start: start, count: strlen(start)))
        }
    }

    var description: String {
        high == 0 && low >> 32 == 0xFFFF ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}

/// What a listener is for. Handlers see it in ``RequestHead/listener``: probes can be served on a port of their own.
public enum ListenerRole: UInt8, Sendable {
    case main
    case probe
}

/// Identifiers of requests: the caller's where it is sane, else 16 hexadecimal digits.
enum RequestID {
    /// Longest identifier that is taken from a caller, in bytes.
    static let maximumLength = 128

    /// Whether a caller's identifier may be repeated in headers and logs: 1 to 128 letters, digits or `-._~+/=:@`.
    static func isSane(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 1, bytes.count <= maximumLength else { return false }
        for index in 0..<bytes.count where !ByteClass.identifier.contains(bytes[index]) { return false }
        return true
    }

    static func string(_ id: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 { buffer[index] = ByteClass.hexDigit(id, 15 - index) }
            return 16
        }
    }

    /// Appends the identifier of a request, the caller's or the server's.
    static func append(_ head: HeadStorage, to out: inout [UInt8]) {
        if head.callerID.isEmpty {
            out.append(hexadecimal: head.generatedID, digits: 16)
        } else {
            out.append(contentsOf: head.bytes[head.callerID.range])
        }
    }
}
