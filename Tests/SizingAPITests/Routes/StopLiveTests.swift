import ContractTestSupport
import Glibc
import Testing

@testable import SizingAPI

/// Work that its client has left.
@Suite(.timeLimit(.minutes(1))) struct StopLiveTests {
    /// Minutes of work in a debug build.
    private static let plan = """
        {"workload": {"prefill": 100, "decode": 500}, "hardware": {"model": "deepseek-v3",
         "attention": {"device": ["h100-sxm", "h200-sxm", "a100-sxm-80g", "l40s", "b200", "gb200", "b300", "gb300"]},
         "ffn": {"device": ["h100-sxm", "h200-sxm", "a100-sxm-80g", "l40s", "b200", "gb200", "b300", "gb300"],
                 "expert_parallel": 32}},
         "max_ratio": 10000, "max_ffn_instances": 16, "limits": {"max_batch": 10000000}}
        """

    @Test("A plan whose client resets the connection ends, and its thread is free again")
    func reset() async throws {
        try await LiveService.run { service in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(service.port)).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(connected == 0)
            let text =
                "POST /v1/plan HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.plan.utf8.count)\r\n\r\n\(Self.plan)"
            let bytes = Array(text.utf8)
            #expect(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
            while service.server.statistics.runningJobs == 0 { await Task.yield() }
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            close(descriptor)
            while service.server.statistics.runningJobs > 0 { await Task.yield() }
            #expect(service.post("/v1/size", Sample.size()).status == 200)
        }
    }
}
