import Testing

@testable import HTTPServer

@Suite struct AccessLogTests {
    private let log = AccessLog(.json, to: LogWriter(descriptor: -1), now: { Timestamp(milliseconds: 0) })

    private func line(
        _ head: RequestHead?, route: String = "/v1/size", status: Int = 200, completed: Bool = true,
        format: LogFormat = .json
    ) -> String {
        let log = AccessLog(format, to: LogWriter(descriptor: -1), now: { Timestamp(milliseconds: 0) })
        let record = RequestRecord(
            head: head, route: route, status: status, receivedBytes: 12, sentBytes: 345, duration: 6_789_999,
            peer: PeerAddress(high: 0, low: 0xFFFF_7F00_0001, port: 5), completed: completed,
            unreadID: head == nil ? 255 : 0)
        // The second line begins with what is left of the first, in the same memory.
        var storage = LineStorage()
        storage.bytes = log.line(for: record, in: &storage)
        let line = log.line(for: record, in: &storage)
        return String(decoding: line, as: UTF8.self)
    }

    @Test func oneLineWithEverything() throws {
        let head = try RequestHead.parsed(
            "/v1/size?secret=1",
            [
                "X-Request-Id: abc-1", "Authorization: Bearer secret", "Cookie: secret",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ], method: "POST")
        let text = line(head)
        #expect(
            text == """
                {"time":"1970-01-01T00:00:00.000Z","level":"info","message":"request","request_id":"abc-1",\
                "route":"/v1/size","method":"POST","status":200,"received_bytes":12,"sent_bytes":345,"duration_us":6789,\
                "client":"127.0.0.1","trace_id":"0af7651916cd43dd8448eb211c80319c","parent_id":"b7ad6b7169203331",\
                "sampled":true}

                """)
        #expect(!text.contains("secret"))
    }

    @Test func requestsThatCouldNotBeRead() {
        #expect(
            line(nil, route: "", status: 400, completed: false, format: .text) == """
                1970-01-01T00:00:00.000Z info request request_id=00000000000000ff status=400 received_bytes=12 sent_bytes=345 duration_us=6789 \
                client=127.0.0.1 completed=false

                """)
    }

    @Test func anInsaneIdentifierIsReplaced() throws {
        let head = try RequestHead.parsed("/", ["X-Request-Id: a\" status=500"])
        #expect(!line(head).contains("status=500"))
    }
}
