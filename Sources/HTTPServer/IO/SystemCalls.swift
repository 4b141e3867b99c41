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
