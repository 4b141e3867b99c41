import Foundation
import Testing

@testable import HTTPServer

@Suite struct ServerMetricsTests {
    private let metrics = ServerMetrics(product: "test", buildInformation: [("version", "1.0 \"x\"\\\n")])

    private func record(_ route: String, _ status: Int, seconds: Double, completed: Bool = true) {
        metrics.requestFinished(
            RequestRecord(
                head: nil, route: route, status: status, receivedBytes: 10, sentBytes: 100,
                duration: UInt64(seconds * 1e9), peer: .unknown, completed: completed))
    }

    private func lines(_ prefix: String) -> [String] {
        metrics.text().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }

    @Test func requestsByRouteAndStatus() {
        record("/v1/size", 200, seconds: 0.0001)
        record("/v1/size", 200, seconds: 0.0003)
        record("/v1/size", 422, seconds: 20)
        record("", 400, seconds: 0, completed: false)
        #expect(
            lines("http_requests_total") == [
                "http_requests_total{route=\"/v1/size\",status=\"200\"} 2",
                "http_requests_total{route=\"/v1/size\",status=\"422\"} 1",
                "http_requests_total{route=\"none\",status=\"400\"} 1",
            ])
        let size = lines("http_request_duration_seconds").filter { $0.contains("/v1/size") }
        #expect(size[0] == "http_request_duration_seconds_bucket{route=\"/v1/size\",le=\"0.0001\"} 1")
        #expect(size[1] == "http_request_duration_seconds_bucket{route=\"/v1/size\",le=\"0.00025\"} 1")
        #expect(size[2] == "http_request_duration_seconds_bucket{route=\"/v1/size\",le=\"0.0005\"} 2")
        #expect(size[15] == "http_request_duration_seconds_bucket{route=\"/v1/size\",le=\"10\"} 2")
        #expect(size[16] == "http_request_duration_seconds_bucket{route=\"/v1/size\",le=\"+Inf\"} 3")
        #expect(size[17].hasPrefix("http_request_duration_seconds_sum{route=\"/v1/size\"} 20.0004"))
        #expect(size[18] == "http_request_duration_seconds_count{route=\"/v1/size\"} 3")
        #expect(lines("http_request_body_bytes_total") == ["http_request_body_bytes_total 40"])
        #expect(lines("http_response_body_bytes_total") == ["http_response_body_bytes_total 400"])
        #expect(lines("http_requests_aborted_total") == ["http_requests_aborted_total 1"])
    }

    @Test func routesAreBounded() {
        for number in 0..<200 { record("/\(number)", 200, seconds: 0) }
        let samples = lines("http_requests_total")
        #expect(samples.count == ServerMetrics.maximumRoutes + 1)
        #expect(samples.contains("http_requests_total{route=\"other\",status=\"200\"} 136"))
    }

    @Test func connectionsHandshakesAndRejections() {
        for _ in 0..<3 { metrics.connectionOpened(role: .main) }
        metrics.connectionClosed(role: .main)
        metrics.handshakeFinished(succeeded: true)
        metrics.handshakeFinished(succeeded: false)
        metrics.rejected(.queueFull)
        #expect(lines("http_connections ") == ["http_connections 2"])
        #expect(lines("http_connections_accepted_total") == ["http_connections_accepted_total 3"])
        #expect(
            lines("http_tls_handshakes_total{result=\"failed\"}") == ["http_tls_handshakes_total{result=\"failed\"} 1"])
        #expect(lines("http_rejections_total").count == RejectionReason.allCases.count)
        #expect(
            lines("http_rejections_total{reason=\"queue_full\"}") == ["http_rejections_total{reason=\"queue_full\"} 1"])
    }

    @Test func labelsAreEscaped() {
        #expect(lines("test_build_info") == ["test_build_info{version=\"1.0 \\\"x\\\"\\\\\\n\"} 1"])
    }

    @Test func sourcesAreAskedAtEachScrape() {
        metrics.addSource { $0.single("test_depth", .gauge, "A depth.", 7) }
        #expect(lines("test_depth") == ["test_depth 7"])
    }

    @Test func theProcessIsMeasured() throws {
        let process = ProcessMetrics()
        #expect(try #require(process.residentBytes) > 1 << 20)
        #expect(try #require(process.openDescriptors) >= 3)
        #expect(try #require(process.maximumDescriptors) > 3)
        #expect(try #require(process.cpuSeconds) > 0)
        let started = try #require(process.startTime)
        #expect(started > Date().timeIntervalSince1970 - 3600 && started < Date().timeIntervalSince1970 + 5)
    }

    /// Where `promtool` (Debian: prometheus) is installed, it has the last word.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool is not installed"))
    func promtoolFindsNothing() throws {
        record("/v1/size", 200, seconds: 0.01)
        record("/v1/catalog/devices/{id}", 404, seconds: 0.0001)
        let folder = try TemporaryFolder()
        try folder.write(metrics.text(), to: "metrics")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/promtool")
        process.arguments = ["check", "metrics"]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.path("metrics")))
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        let said = try String(decoding: output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(process.terminationStatus == 0)
        #expect(said.isEmpty)
    }
}
