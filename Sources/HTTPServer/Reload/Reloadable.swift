import Dispatch
import Glibc

/// A value made from files, which is made again when they change. Who already holds the old value keeps it.
///
/// A new value replaces the old one in one step, and only if it could be made whole: with a certificate already replaced and its
/// key not yet, the old pair stays in use until the next look.
public final class Reloadable<Value: Sendable>: Sendable, Polled {
    private struct State {
        var value: Value
        var stamps: [FileStamp?]
        var loadedAt: UInt64
    }

    private let name: String
    private let paths: [String]
    private let maximumAge: UInt64?
    private let load: @Sendable () throws -> Value
    private let report: @Sendable (ReloadEvent) -> Void
    private let state: Monitor<State>
    // Held while files are read, so that two reloads cannot overtake one another; `state` is never held so long.
    // What it guards is no value of the process; of a value without a size, ThreadSanitizer takes the place for that of the lock.
    private let loading = Monitor<UInt8>(0)

    /// Makes the first value.
    /// - Parameters:
    ///   - name: what the value is called in the log.
    ///   - paths: the files to watch.
    ///   - maximumAge: after so many nanoseconds the value is made anew from unchanged files; nil is never.
    ///   - now: the time of a monotonic clock, in nanoseconds.
    ///   - report: is told of every later attempt.
    ///   - load: makes a value from the files. Called on whatever thread polls or reloads.
    /// - Throws: what `load` throws.
    public init(
        name: String,
        paths: [String],
        maximumAge: UInt64? = nil,
        now: UInt64,
        report: @escaping @Sendable (ReloadEvent) -> Void = { _ in },
        load: @escaping @Sendable () throws -> Value
    ) throws {
        self.name = name
        self.paths = paths
        self.maximumAge = maximumAge
        self.load = load
        self.report = report
        // Stamps are taken before the files are read: a change in between is then seen at the next look.
        let stamps = paths.map(FileStamp.init(path:))
        state = Monitor(State(value: try load(), stamps: stamps, loadedAt: now))
    }

    /// The value in use.
    public var current: Value {
        state.withLock { $0.value }
    }

    /// Reads the files again, changed or not.
    public func reload(now: UInt64) {
        loading.withLock { _ in
            replace(stamps: paths.map(FileStamp.init(path:)), now: now, isRefresh: false)
        }
    }

    /// Reads the files again if they have changed since the last attempt, or if the value has reached its maximum age.
    public func poll(now: UInt64) {
        loading.withLock { _ in
            let stamps = paths.map(FileStamp.init(path:))
            let (changed, aged) = state.withLock { state in
                (state.stamps != stamps, maximumAge.map { now &- state.loadedAt >= $0 } ?? false)
            }
            if changed || aged { replace(stamps: stamps, now: now, isRefresh: !changed) }
        }
    }

    private func replace(stamps: [FileStamp?], now: UInt64, isRefresh: Bool) {
        do {
            let value = try load()
            state.withLock { $0 = State(value: value, stamps: stamps, loadedAt: now) }
            if !isRefresh { report(.reloaded(name: name)) }
        } catch {
            // Remembered too, so that the same bad files are reported once and not at every look.
            state.withLock {
                $0.stamps = stamps
                $0.loadedAt = now
            }
            report(.kept(name: name, reason: "\(error)"))
        }
    }
}

/// Something that looks at its files from time to time.
public protocol Polled: Sendable {
    /// Looks, and acts on a change. `now` is the time of a monotonic clock, in nanoseconds.
    func poll(now: UInt64)
    /// Acts as if there had been a change.
    func reload(now: UInt64)
}

/// What came of an attempt to read files again. For the log: it names files and reasons, never contents.
public enum ReloadEvent: Sendable, Equatable, CustomStringConvertible {
    /// The new value is in use.
    case reloaded(name: String)
    /// The files cannot be used; the value from before stays in use.
    case kept(name: String, reason: String)

    public var description: String {
        switch self {
        case .reloaded(let name): "\(name) reloaded"
        case .kept(let name, let reason): "\(name) not reloaded, the previous one stays in use: \(reason)"
        }
    }
}

/// What tells one version of a file from the next without reading it.
///
/// The inode changes when a file is replaced by renaming, or when a symbolic link on the way to it is (as Kubernetes does
/// with mounted secrets); times and size change when it is written in place.
struct FileStamp: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: [Int]
    private let changed: [Int]

    /// Looks at the file, following links; nil if there is none or it may not be looked at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}

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
