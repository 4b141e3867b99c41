import Glibc

/// What came of reading from or writing to a socket.
enum IOResult: Equatable, Sendable {
    case bytes(Int)
    /// Nothing more for now.
    case wouldBlock
    /// The other side has closed its direction.
    case end
    /// The connection is gone; an errno.
    case failed(Int32)
}

/// The system calls on a connection's socket: the one place that knows EINTR and EAGAIN, and the seam at which tests
/// put a scripted peer.
protocol SystemCalls {
    func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> IOResult
    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult
    /// Closes our direction.
    func shutdownWrite(_ descriptor: Int32)
    func close(_ descriptor: Int32)
    /// Closes with a reset and forgets what has not been sent.
    func reset(_ descriptor: Int32)
}

/// The real system calls.
struct System: SystemCalls {
    func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
        while true {
            let count = Glibc.recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let error: return .failed(error)
            }
        }
    }

    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let error: return .failed(error)
            }
        }
    }

    func shutdownWrite(_ descriptor: Int32) {
        _ = Glibc.shutdown(descriptor, Int32(SHUT_WR))
    }

    func close(_ descriptor: Int32) {
        // Linux frees the descriptor even where close is interrupted: it must not be tried again.
        _ = Glibc.close(descriptor)
    }

    func reset(_ descriptor: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        _ = Glibc.close(descriptor)
    }
}

/// An open descriptor, closed with its owner.
struct FileDescriptor: ~Copyable, Sendable {
    let number: Int32

    /// Nil where `number` is negative, as of a system call that failed.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit {
        // Linux frees the descriptor even where close is interrupted: it must not be tried again.
        _ = Glibc.close(number)
    }
}

/// The clock that never goes back.
public enum MonotonicClock {
    /// In nanoseconds since a second before the process first asked.
    public static func now() -> UInt64 { elapsed(since: origin, at: reading()) }

    /// What the system's clock showed first. It may be anything, even negative, where the system's time is made up.
    private static let origin = reading()

    /// A second more than the time between two readings; of one that lies before `origin`, just that second.
    static func elapsed(since origin: Int64, at reading: Int64) -> UInt64 {
        let (difference, overflow) = reading.subtractingReportingOverflow(origin)
        return UInt64(overflow ? 0 : max(0, difference)) + 1_000_000_000
    }

    private static func reading() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// Why a server could not start.
public struct ServerStartError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// With the text of `errno`.
    static func system(_ what: String) -> ServerStartError {
        let error = errno
        return ServerStartError("\(what): \(String(cString: strerror(error)))")
    }
}
