import Dispatch
import Glibc
import Synchronization

/// Takes lines from any thread and writes them on one of its own.
///
/// Handing over a line never waits for the disk, a pipe or a terminal: lines wait in a buffer of fixed size, and when it is full
/// they are dropped and counted. Lines are written whole and in the order in which they were handed over.
public final class LogWriter: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        /// Memory for lines to be built in.
        var spare: [LineStorage] = []
        /// A job on the queue will take what is in the buffer, after a moment.
        var isScheduled = false
        /// One will take it as soon as it can.
        var isUrgent = false
    }

    private let descriptor: Int32
    private let capacity: Int
    private let state = Monitor(State())
    private let droppedLines = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "http.log", qos: .utility)
    /// How long lines wait for others to be written with them: a busy server would otherwise wake this queue's thread, and
    /// write, for every few of them.
    private static let delay = DispatchTimeInterval.milliseconds(10)

    /// - Parameters:
    ///   - descriptor: where to write; it stays open as long as the writer lives. Standard error by default. The process
    ///     must ignore SIGPIPE if that is a pipe.
    ///   - capacity: bytes that may wait.
    public init(descriptor: Int32 = STDERR_FILENO, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        self.capacity = capacity
    }

    /// Lines lost because the buffer was full or could not be written.
    public var dropped: Int { droppedLines.load(ordering: .relaxed) }

    /// The most that is kept of it, and the longest line: about one is needed for each event loop.
    private static let maximumSpare = 16
    private static let maximumSpareLength = 4096

    /// Hands over one line, with its end, that is built in memory which was used for lines before.
    func write(_ build: (inout LineStorage) -> Void) {
        var storage = state.withLock { $0.spare.popLast() } ?? LineStorage()
        build(&storage)
        let next = state.withLock { state in
            defer {
                if state.spare.count < Self.maximumSpare, storage.bytes.capacity <= Self.maximumSpareLength {
                    var taken = LineStorage()
                    swap(&taken, &storage)
                    state.spare.append(taken)
                }
            }
            return add(storage.bytes, to: &state)
        }
        proceed(next)
    }

    /// Hands over one line, with its end.
    public func write(_ line: [UInt8]) {
        proceed(state.withLock { add(line, to: &$0) })
    }

    /// What is to be done after a line was handed over.
    private enum Next { case dropped, nothing, soon, now }

    private func add(_ line: [UInt8], to state: inout State) -> Next {
        guard state.buffer.count + line.count <= capacity else { return .dropped }
        state.buffer.append(contentsOf: line)
        if state.buffer.count > capacity / 4, !state.isUrgent {
            state.isUrgent = true
            state.isScheduled = true
            return .now
        }
        defer { state.isScheduled = true }
        return state.isScheduled ? .nothing : .soon
    }

    private func proceed(_ next: Next) {
        switch next {
        case .nothing: break
        case .dropped: droppedLines.wrappingAdd(1, ordering: .relaxed)
        case .soon: queue.asyncAfter(deadline: .now() + Self.delay) { self.drain() }
        case .now: queue.async { self.drain() }
        }
    }

    /// Waits until all lines handed over before are written, at most so many seconds. Not for event loops.
    /// - Returns: false if the time was not enough.
    @discardableResult
    public func flush(timeout seconds: Double) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            done.signal()
        }
        return done.wait(timeout: .now() + seconds) == .success
    }

    private func drain() {
        var batch: [UInt8] = []
        while true {
            let isEmpty = state.withLock { state in
                swap(&batch, &state.buffer)
                state.isUrgent = false
                if batch.isEmpty { state.isScheduled = false }
                return batch.isEmpty
            }
            if isEmpty { return }
            writeAll(batch)
            batch.removeAll(keepingCapacity: batch.capacity <= 65_536)
        }
    }

    private func writeAll(_ batch: [UInt8]) {
        batch.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    start += count
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    // Somebody made the descriptor non-blocking. Waiting here holds up nobody else.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wanted, 1, 1000)
                default:
                    let lines = rest.count { $0 == UInt8(ascii: "\n") }
                    droppedLines.wrappingAdd(lines, ordering: .relaxed)
                    return
                }
            }
        }
    }
}
