/// Hands a streamed request body on, and encodes the response.
final class CompressingConsumer: BodyConsumer {
    private let next: any BodyConsumer
    private let code: @Sendable (Response) -> Response

    init(_ next: any BodyConsumer, code: @escaping @Sendable (Response) -> Response) {
        self.next = next
        self.code = code
    }

    func consume(_ chunk: [UInt8]) -> Response? { next.consume(chunk).map(code) }

    func finish() -> ResponseDelivery { next.finish().map(code) }
}
