@testable import HTTPServer

/// What the parser makes of a stream of bytes.
struct ParsedStream: Equatable {
    struct Message: Equatable {
        var target: [UInt8]
        var fields: [[UInt8]]
        var body: [UInt8] = []
        var isComplete = false
    }

    var messages: [Message] = []
    var error: ParseError?

    init(_ pieces: [ArraySlice<UInt8>]) {
        var parser = RequestParser(limits: ServerLimits(), pool: HeadPool())
        feeding: for piece in pieces {
            let bytes = Array(piece)
            var position = 0
            while true {
                switch parser.next(bytes.span, &position) {
                case .needMore:
                    guard position == bytes.count else { fatalError("input left over") }
                    continue feeding
                case .head:
                    guard let head = parser.takeHead() else { fatalError("no head") }
                    messages.append(
                        Message(
                            target: Array(head.bytes[head.target.range]),
                            fields: head.fields.map { Array(head.bytes[$0.value.range]) }))
                    var spent: HeadStorage? = head
                    parser.pool.give(&spent)
                case .body(let range):
                    messages[messages.count - 1].body += bytes[range]
                case .end:
                    messages[messages.count - 1].isComplete = true
                case .failed(let error):
                    self.error = error
                    return
                }
            }
        }
    }
}
