@testable import HTTPServer

/// What a parser made of a stream of bytes: one line a request, and the error or the rest at the end.
struct ParsedMessages: Equatable, CustomStringConvertible {
    struct Message: Equatable {
        var method: String
        var target: String
        var fields: [String]
        var body: [UInt8] = []
        var complete = false
    }

    var messages: [Message] = []
    var error: ParseError?
    /// Whether the bytes ended inside a message.
    var incomplete = false

    var description: String {
        messages.map { "\($0.method) \($0.target) \($0.body.count) \($0.complete)" }.joined(separator: "; ")
            + " error: \(error.map { "\($0)" } ?? "none") incomplete: \(incomplete)"
    }

    /// Feeds `pieces` one after the other.
    init(_ pieces: [ArraySlice<UInt8>], limits: ServerLimits = ServerLimits()) {
        var parser = RequestParser(limits: limits, pool: HeadPool())
        feeding: for piece in pieces {
            let bytes = Array(piece)
            var position = 0
            while true {
                switch parser.next(bytes.span, &position) {
                case .needMore:
                    precondition(position == bytes.count, "input left over")
                    continue feeding
                case .head:
                    let head = parser.takeHead()!
                    messages.append(
                        Message(
                            method: head.string(head.method), target: head.string(head.target),
                            fields: head.fields.map { "\(head.string($0.name)): \(head.string($0.value))" }))
                    var spent: HeadStorage? = head
                    parser.pool.give(&spent)
                case .body(let range):
                    precondition(!range.isEmpty, "an empty piece of a body")
                    messages[messages.count - 1].body += bytes[range]
                case .end:
                    messages[messages.count - 1].complete = true
                case .failed(let error):
                    self.error = error
                    return
                }
            }
        }
        incomplete = parser.finish() != nil
    }

    init(_ text: String, limits: ServerLimits = ServerLimits()) {
        self.init([Array(text.utf8)[...]], limits: limits)
    }

    /// One byte at a time.
    static func byteByByte(_ bytes: [UInt8], limits: ServerLimits = ServerLimits()) -> ParsedMessages {
        ParsedMessages(bytes.indices.map { bytes[$0...$0] }, limits: limits)
    }
}
