import Synchronization

/// The request that a connection serves, and who takes its body and makes its response.
struct ServedRequest {
    enum BodyTaker {
        /// No body is wanted.
        case none
        case collect(@Sendable (Request) -> ResponseDelivery)
        case stream(any BodyConsumer)
    }

    /// When its first byte came.
    let began: UInt64
    /// Its header section; nil until it is complete, and where it could not be read.
    var head: RequestHead?
    var route = ""
    /// Bytes of its body on the wire.
    var receivedBytes = 0
    var bodyTaker = BodyTaker.none
    /// The job that makes its response.
    var work: WorkContext?
    /// The response whose body is being written in pieces.
    var stream: StreamedResponse?

    init(began: UInt64) {
        self.began = began
    }
}

/// A response whose body is being written in pieces.
struct StreamedResponse {
    let status: Int
    let backlog: StreamBacklog
    /// Bytes of the body written so far.
    var sent = 0
    /// Bytes taken from the job since the output was last empty.
    var pending = 0
}

/// How many bytes of a streamed response were handed over and have not been sent, shared between the job that makes them
/// and the loop that sends them.
final class StreamBacklog: Sendable {
    private let bytes = Atomic<Int>(0)

    var isEmpty: Bool { bytes.load(ordering: .relaxed) == 0 }

    func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }

    /// Everything handed over so far was sent.
    func subtract(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }
}
