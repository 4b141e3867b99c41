import Glibc

/// Why a service gave no answer, as a sentence.
struct NoAnswer: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// The reason of the system call that failed last.
    static func ofErrno() -> NoAnswer {
        NoAnswer(errno == EAGAIN || errno == EINPROGRESS ? "no answer in time" : String(cString: strerror(errno)))
    }
}

/// One connection to a service, for one exchange; blocking, with a time limit for each call.
struct ServiceConnection: ~Copyable {
    let descriptor: Int32

    /// Connects to the first address of the host that takes it.
    ///
    /// - Parameters:
    ///   - url: whose host and port count.
    ///   - timeout: seconds of each call.
    init(_ url: ServiceURL, timeout: Double) throws(NoAnswer) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(url.host, url.port, &hints, &found)
        guard code == 0, let first = found else { throw NoAnswer(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        var failure = NoAnswer("no address")
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            do throws(NoAnswer) {
                descriptor = try Self.connected(to: address.pointee, timeout: timeout)
                return
            } catch { failure = error }
            next = address.pointee.ai_next
        }
        throw failure
    }

    deinit { close(descriptor) }

    private static func connected(to address: addrinfo, timeout: Double) throws(NoAnswer) -> Int32 {
        let descriptor = socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
        guard descriptor >= 0 else { throw NoAnswer.ofErrno() }
        var limit = timeval(tv_sec: Int(timeout), tv_usec: Int(timeout.truncatingRemainder(dividingBy: 1) * 1e6))
        let size = socklen_t(MemoryLayout<timeval>.size)
        // On Linux the limit for sending holds for connecting too (socket(7)).
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            let failure = NoAnswer.ofErrno()
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    func send(_ bytes: [UInt8]) throws(NoAnswer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw NoAnswer.ofErrno()
            }
        }
    }

    /// The next bytes; none at the end of the stream.
    func receive() throws(NoAnswer) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            if errno != EINTR { throw NoAnswer.ofErrno() }
        }
    }
}
