/// A blocking client on loopback.
final class TestClient {
    private let socket: LoopbackSocket

    init(port: Int) { socket = LoopbackSocket(port: port) }

    var isConnected: Bool { socket.isConnected }

    func send(_ text: String) { socket.send(Array(text.utf8)) }

    /// The next bytes; empty at the end.
    func receive() -> String { String(decoding: socket.receive(), as: UTF8.self) }

    /// One answer with `Content-Length` or without content.
    func receiveAnswer() -> String {
        var text = ""
        while true {
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length =
                    text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                    .flatMap { Int($0.dropFirst(16)) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let more = receive()
            if more.isEmpty { return text }
            text += more
        }
    }

    /// Everything until the server closes.
    func receiveAll() -> String {
        var text = ""
        while true {
            let more = receive()
            if more.isEmpty { return text }
            text += more
        }
    }

    func ask(_ text: String) -> String {
        send(text)
        return receiveAnswer()
    }

    func hangUp() { socket.hangUp() }
}
