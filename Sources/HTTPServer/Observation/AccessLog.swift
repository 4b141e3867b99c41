import HTTPTypes

/// Writes one line a request. What it shows is all that it knows of a request: no path, query, fields, tokens or bodies.
public struct AccessLog: ServerObserver {
    private let format: LogFormat
    private let writer: LogWriter
    private let now: @Sendable () -> Timestamp

    public init(_ format: LogFormat, to writer: LogWriter) {
        self.init(format, to: writer, now: Timestamp.now)
    }

    init(_ format: LogFormat, to writer: LogWriter, now: @escaping @Sendable () -> Timestamp) {
        self.format = format
        self.writer = writer
        self.now = now
    }

    public func requestFinished(_ record: RequestRecord) {
        writer.write(line(for: record))
    }

    func line(for record: RequestRecord) -> [UInt8] {
        var line = LogLine(format, time: now(), level: "info", message: "request")
        if let head = record.head { line.add("request_id", head.requestID) }
        if !record.route.isEmpty { line.add("route", record.route) }
        if let head = record.head { line.add("method", head.method.rawValue) }
        line.add("status", record.status)
        line.add("received_bytes", record.receivedBytes)
        line.add("sent_bytes", record.sentBytes)
        line.add("duration_us", Int(clamping: record.duration / 1000))
        line.add("client", record.peer.host)
        if !record.completed { line.add("completed", false) }
        if let head = record.head, let trace = TraceParent(head[Self.traceparent]) {
            line.add("trace_id", trace.traceID)
            line.add("parent_id", trace.parentID)
            line.add("sampled", trace.isSampled)
        }
        return line.finished()
    }

    private static let traceparent = HTTPField.Name("traceparent")!

    public func connectionOpened(role: ListenerRole) {}
    public func connectionClosed(role: ListenerRole) {}
    public func rejected(_ reason: RejectionReason) {}
}
