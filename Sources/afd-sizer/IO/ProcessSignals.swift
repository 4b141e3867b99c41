import Dispatch
import Glibc

/// SIGTERM and SIGINT ask for the end, a second one of either enforces it; SIGHUP asks for a reload.
final class ProcessSignals: Sendable {
    // nonisolated(unsafe): made in `init`, kept alive until the process ends, never touched again.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let end: AsyncStream<Void>

    init(reload: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "signals")
        let (end, continuation) = AsyncStream.makeStream(of: Void.self)
        self.end = end
        func source(_ number: Int32, _ handler: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
            // The default action would end the process before the source is told.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: handler)
            source.activate()
            return source
        }
        // nonisolated(unsafe): read and written on `queue` alone.
        nonisolated(unsafe) var asked = false
        let ask: @Sendable () -> Void = {
            if asked { _exit(130) }
            asked = true
            continuation.yield()
        }
        sources = [source(SIGTERM, ask), source(SIGINT, ask), source(SIGHUP, reload)]
    }

    /// Returns when the end is asked for.
    func untilEnd() async {
        var signals = end.makeAsyncIterator()
        _ = await signals.next()
    }
}

/// SIGINT and SIGTERM, for a command that waits in between: it ends at the next wait.
final class Interruption: Sendable {
    private let asked = DispatchSemaphore(value: 0)
    // nonisolated(unsafe): made in `init`, kept alive until the process ends, never touched again.
    private nonisolated(unsafe) var sources: [any DispatchSourceSignal] = []

    init() {
        let queue = DispatchQueue(label: "interruption")
        for number in [SIGINT, SIGTERM] {
            // The default action would end the process before the source is told.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [asked] in asked.signal() }
            source.activate()
            sources.append(source)
        }
    }

    /// Waits so many seconds; true where the end was asked for meanwhile, or before.
    func wait(seconds: Double) -> Bool {
        let wait = DispatchTimeInterval.milliseconds(Int(min(seconds, 1e6) * 1000))
        return asked.wait(timeout: .now() + wait) == .success
    }
}
