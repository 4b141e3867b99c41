/// Writes one line a request. What it shows is all that it knows of a request: no path, query, fields, tokens or bodies.
///
/// A line is built on the event loop, in memory that is used again for the next one.
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
        writer.write { storage in storage.bytes = line(for: record, in: &storage) }
    }

    func line(for record: RequestRecord, in storage: inout LineStorage) -> [UInt8] {
        var line = LogLine(format, time: now(), level: "info", message: "request", in: &storage)
        guard let head = record.head?.storage else {
            line.add(Key.requestID, hexadecimal: record.unreadID)
            Self.addResponse(record, to: &line)
            return line.finish()
        }
        if head.callerID.isEmpty {
            line.add(Key.requestID, hexadecimal: head.generatedID)
        } else {
            line.add(Key.requestID, head.bytes[head.callerID.range])
        }
        if !record.route.isEmpty { line.add(Key.route, record.route) }
        if let name = head.methodCode.name {
            line.add(Key.method, name)
        } else {
            line.add(Key.method, head.bytes[head.method.range])
        }
        Self.addResponse(record, to: &line)
        if let trace = head.traceParent {
            line.add(Key.traceID, hexadecimal: trace.traceID.high, trace.traceID.low)
            line.add(Key.parentID, hexadecimal: trace.parentID)
            line.add(Key.sampled, trace.isSampled)
        }
        return line.finish()
    }

    private static func addResponse(_ record: RequestRecord, to line: inout LogLine) {
        line.add(Key.status, record.status)
        line.add(Key.receivedBytes, record.receivedBytes)
        line.add(Key.sentBytes, record.sentBytes)
        line.add(Key.duration, Int(clamping: record.duration / 1000))
        line.add(Key.client, record.peer)
        if !record.completed { line.add(Key.completed, false) }
    }

    private enum Key {
        static let requestID = LogKey(json: ",\"request_id\":", text: " request_id=")
        static let route = LogKey(json: ",\"route\":", text: " route=")
        static let method = LogKey(json: ",\"method\":", text: " method=")
        static let status = LogKey(json: ",\"status\":", text: " status=")
        static let receivedBytes = LogKey(json: ",\"received_bytes\":", text: " received_bytes=")
        static let sentBytes = LogKey(json: ",\"sent_bytes\":", text: " sent_bytes=")
        static let duration = LogKey(json: ",\"duration_us\":", text: " duration_us=")
        static let client = LogKey(json: ",\"client\":", text: " client=")
        static let completed = LogKey(json: ",\"completed\":", text: " completed=")
        static let traceID = LogKey(json: ",\"trace_id\":", text: " trace_id=")
        static let parentID = LogKey(json: ",\"parent_id\":", text: " parent_id=")
        static let sampled = LogKey(json: ",\"sampled\":", text: " sampled=")
    }

    public func connectionOpened(role: ListenerRole) {}
    public func connectionClosed(role: ListenerRole) {}
    public func rejected(_ reason: RejectionReason) {}
}
