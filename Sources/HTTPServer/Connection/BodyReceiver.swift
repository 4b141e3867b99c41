/// Where the body of the request being served goes.
///
/// Content codings slide in here: a decoder stands between ``append(_:)`` and the bytes that are kept.
struct BodyReceiver {
    enum Destination {
        /// No body is wanted.
        case none
        case collect(@Sendable (Request) -> Answer)
        case stream(any BodyConsumer)
    }

    static let none = BodyReceiver(.none)

    let destination: Destination
    /// The whole body so far, or what has not been given to the consumer.
    var bytes: [UInt8] = []
    /// A chunk is with the consumer.
    var isBusy = false

    init(_ destination: Destination) {
        self.destination = destination
    }

    mutating func append(_ span: Span<UInt8>) {
        if case .none = destination { return }
        span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }
}
