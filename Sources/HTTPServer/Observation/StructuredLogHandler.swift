public import Logging

/// swift-log's lines in the same format, and by the same writer, as those of requests.
public struct StructuredLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let writer: LogWriter

    public init(label: String, format: LogFormat, level: Logger.Level = .info, to writer: LogWriter) {
        self.label = label
        self.format = format
        logLevel = level
        self.writer = writer
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        writer.write(line(for: event, time: .now()))
    }

    func line(for event: LogEvent, time: Timestamp) -> [UInt8] {
        var line = LogLine(format, time: time, level: Self.name(of: event.level), message: event.message.description)
        line.add(Self.loggerKey, label)
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line.add(key: key, value.description) }
        if let error = event.error { line.add(Self.errorKey, "\(error)") }
        return line.finish()
    }

    private static let loggerKey = LogKey(json: ",\"logger\":", text: " logger=")
    private static let errorKey = LogKey(json: ",\"error\":", text: " error=")

    private static func name(of level: Logger.Level) -> StaticString {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}
