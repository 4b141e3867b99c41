import CLinux
import Glibc

/// A socket that listens; shared by the loops, each of which accepts from it.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    let port: Int
    let role: ListenerRole
    /// nil where connections are plain.
    let certificates: TLSCertificateStore?

    /// Connections that the kernel keeps until they are accepted.
    static let backlog: Int32 = 4096

    /// - Throws: ``ServerStartError`` with what the system said.
    init(host: String, port: Int, role: ListenerRole, certificates: TLSCertificateStore?) throws {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let address = list else {
            throw ServerStartError("cannot resolve \(host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(address) }
        let info = address.pointee
        let type = info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(info.ai_family, type, info.ai_protocol)
        guard descriptor >= 0 else { throw ServerStartError.system("socket") }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
        // Accepted sockets inherit it.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, Self.backlog) == 0 else {
            let error = ServerStartError.system("cannot listen on \(host) port \(port)")
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.port = Self.localPort(descriptor) ?? port
        self.role = role
        self.certificates = certificates
    }

    enum Accepted {
        case connection(Int32, PeerAddress)
        case wouldBlock
        /// No descriptor is left.
        case exhausted
        /// This one failed; there may be others.
        case failed
    }

    func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                CLinux.accept4(
                    descriptor, $0, &length, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
            }
        }
        if accepted >= 0 { return .connection(accepted, PeerAddress(storage)) }
        switch errno {
        case EAGAIN: return .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
        // It was reset while it waited, or the network has an error of its own (accept(2)).
        default: return .failed
        }
    }

    func close() { Glibc.close(descriptor) }

    private static func localPort(_ descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? Int(PeerAddress(storage).port) : nil
    }
}

extension PeerAddress {
    init(_ storage: sockaddr_storage) {
        let family = Int32(storage.ss_family)
        self = withUnsafeBytes(of: storage) { bytes in
            // Loads within the 128 bytes of sockaddr_storage, at the offsets of sockaddr_in and sockaddr_in6.
            let port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            switch family {
            case AF_INET:
                let address = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                return PeerAddress(high: 0, low: 0xFFFF_0000_0000 | UInt64(address), port: port)
            case AF_INET6:
                return PeerAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)), port: port)
            default: return .unknown
            }
        }
    }
}
