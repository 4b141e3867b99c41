import Dispatch

/// Polls reloadable values every few seconds, off the event loops, and reloads them all when asked (on SIGHUP).
public final class ReloadSchedule: Sendable {
    private let items: [any Polled]
    private let queue = DispatchQueue(label: "http.reload", qos: .utility)
    // nonisolated(unsafe): a Dispatch source may be cancelled from any thread; nothing else is done with it after `init`.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    /// - Parameters:
    ///   - items: what is looked at.
    ///   - interval: seconds between two looks at the files.
    public init(_ items: [any Polled], interval: Double = 5) {
        self.items = items
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(500))
        timer.setEventHandler { [items] in
            let now = MonotonicClock.now()
            for item in items { item.poll(now: now) }
        }
        timer.resume()
    }

    deinit {
        timer.cancel()
    }

    /// Reads all files again, off the caller's thread.
    public func reloadAll() {
        queue.async { [items] in
            let now = MonotonicClock.now()
            for item in items { item.reload(now: now) }
        }
    }
}
