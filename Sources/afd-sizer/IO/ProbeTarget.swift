import Glibc

/// An `http://host:port/path` address and the one exchange that a probe makes with it.
struct ProbeTarget: Equatable {
    struct Failure: Error {
        let description: String
    }

    let host: String
    let port: String
    let path: String

    init?(_ url: String) {
        guard url.hasPrefix("http://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest.dropFirst(authority.count)
        path = target.isEmpty ? "/" : target.first == "?" ? "/\(target)" : String(target)
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else { return nil }
            port = behind.isEmpty ? "80" : String(behind.dropFirst())
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            host = String(parts[0])
            port = parts.count == 2 ? String(parts[1]) : "80"
        }
        guard !host.isEmpty, let number = UInt16(port), number > 0, port.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
            return nil
        }
    }

    /// The status of the answer to `GET`.
    func status(timeout: Double) -> Result<Int, Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, port, &hints, &found)
        guard code == 0, let first = found else {
            return .failure(Failure(description: String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(first) }
        var result: Result<Int, Failure> = .failure(Failure(description: "no address"))
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            result = exchange(with: address.pointee, timeout: timeout)
            if case .success = result { return result }
            next = address.pointee.ai_next
        }
        return result
    }

    private func exchange(with address: addrinfo, timeout: Double) -> Result<Int, Failure> {
        let descriptor = socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
        guard descriptor >= 0 else { return .failure(Self.lastError()) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Int(timeout), tv_usec: Int(timeout.truncatingRemainder(dividingBy: 1) * 1e6))
        let size = socklen_t(MemoryLayout<timeval>.size)
        // On Linux the limit for sending holds for connecting too (socket(7)).
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return .failure(Self.lastError()) }
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return .failure(Self.lastError())
        }
        // "HTTP/1.1 200": the first twelve bytes tell.
        var start: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while start.count < 12 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 { return .failure(Self.lastError()) }
            if count == 0 { return .failure(Failure(description: "closed without an answer")) }
            start += buffer[..<count]
        }
        guard start.starts(with: "HTTP/1.".utf8), let status = Int(String(decoding: start[9..<12], as: UTF8.self))
        else {
            return .failure(Failure(description: "not an HTTP answer"))
        }
        return .success(status)
    }

    private static func lastError() -> Failure {
        Failure(description: errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno)))
    }
}
