import Glibc
import HTTPServer
import SizingAPI
import Testing

/// The service on a free port of 127.0.0.1.
struct LiveService {
    let state = ServiceState()
    let server: HTTPServer
    let port: Int

    init(traceLimit: Int = WorkloadRoute.defaultLimit, probesHaveMetrics: Bool = false) throws {
        var configuration = ServerConfiguration(listeners: [.init(port: 0), .init(port: 0, role: .probe)])
        configuration.loops = 2
        configuration.workers = 2
        server = HTTPServer(
            configuration: configuration,
            handler: SizingService(
                state: state, traceLimit: traceLimit, probesHaveMetrics: probesHaveMetrics, metrics: { "metric 1\n" }))
        try server.start()
        port = try #require(server.boundPorts.first)
    }

    /// Sends one request on a connection of its own and returns the whole answer.
    ///
    /// - Parameter chunks: in place of `body`, one that is chunked already.
    func ask(
        _ method: String, _ path: String, fields: [String] = [], body: String? = nil, chunks: String = "",
        port: Int? = nil
    ) -> Exchange {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return Exchange(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? chunks), port: port ?? self.port)
    }

    func post(_ path: String, _ body: String, fields: [String] = ["Content-Type: application/json"]) -> Exchange {
        ask("POST", path, fields: fields, body: body)
    }

    /// Runs `body` with a service, which is stopped afterwards.
    static func run(
        traceLimit: Int = WorkloadRoute.defaultLimit, probesHaveMetrics: Bool = false,
        _ body: (LiveService) async throws -> Void
    ) async throws {
        let service = try LiveService(traceLimit: traceLimit, probesHaveMetrics: probesHaveMetrics)
        do {
            try await body(service)
        } catch {
            await service.server.stop()
            throw error
        }
        await service.server.stop()
    }
}

/// One request and its answer, as text.
struct Exchange {
    let status: Int
    /// Lower-case names with their values.
    let fields: [String: String]
    let body: String

    init(_ request: String, port: Int) {
        let text = Self.exchange(request, port: port)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            fields[pair[0].lowercased()] = String(pair[1].drop { $0 == " " })
        }
        self.fields = fields
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    private static func exchange(_ request: String, port: Int) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return "" }
        let bytes = Array(request.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
