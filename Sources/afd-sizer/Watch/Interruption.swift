import Dispatch
import Glibc

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
