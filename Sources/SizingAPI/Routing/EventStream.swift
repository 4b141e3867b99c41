import HTTPServer
import HTTPTypes
import JSON
import SizingContract
import Synchronization
import Text

/// Server-sent events (WHATWG HTML, section 9.2): `progress` while the work goes on, then `result`, or `problem` with a
/// problem document.
enum EventStream {
    static let head = Response(
        status: .ok, fields: [.contentType: "text/event-stream", .cacheControl: "no-store"])

    /// Whether the caller asks for events: the media type stands in `Accept`, and not with weight zero.
    static func isWanted(_ head: RequestHead) -> Bool {
        guard let accept = head[.accept] else { return false }
        return accept.split(separator: ",").contains { range in
            let type = MediaType(range)
            return type.essence == "text/event-stream" && !["0", "0.0", "0.00"].contains(type.parameter("q"))
        }
    }

    /// Sends one event; `data` has no line breaks.
    static func send(_ event: StaticString, _ data: [UInt8], to stream: ResponseStream, droppable: Bool = false) {
        var bytes = Array("event: ".utf8)
        event.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: Array("\ndata: ".utf8))
        bytes.append(contentsOf: data)
        bytes.append(contentsOf: [0x0A, 0x0A])
        stream.send(bytes, droppable: droppable)
    }

    /// Sends the last event: `result`, or `problem`.
    static func end(_ answer: Result<[UInt8], ProblemDocument>, _ stream: ResponseStream) {
        switch answer {
        case .success(let text): send("result", text, to: stream)
        case .failure(let problem): send("problem", problem.text(), to: stream)
        }
    }
}

/// Sends how far the work is, not more often than ten times a second.
final class ProgressEvents: Sendable {
    private static let interval = 100.0
    private let stream: ResponseStream
    private let lastSent = Mutex(-Double.infinity)

    init(_ stream: ResponseStream) { self.stream = stream }

    /// - Parameter fraction: 0…1.
    func report(_ fraction: Double) {
        let now = MonotonicClock.milliseconds()
        let isDue = lastSent.withLock { last in
            guard now - last >= Self.interval else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        var writer = JSONWriter(capacity: 32)
        writer.beginObject()
        writer.field("fraction", (fraction * 1000).rounded() / 1000)
        writer.endObject()
        EventStream.send("progress", (try? writer.finish()) ?? [], to: stream, droppable: true)
    }
}
