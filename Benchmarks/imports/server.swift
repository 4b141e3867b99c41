// The smallest server that answers: POSIX sockets and one Dispatch source. `measure` puts the imports before it.
// argument: a port of 127.0.0.1
let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
var one: Int32 = 1
setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_port = UInt16(CommandLine.arguments[1])!.bigEndian
address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
let bound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
}
precondition(bound == 0 && listen(listener, 128) == 0)
let response = Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n".utf8)
let source = DispatchSource.makeReadSource(fileDescriptor: listener, queue: .global())
source.setEventHandler {
    let client = accept(listener, nil, nil)
    var buffer = [UInt8](repeating: 0, count: 4096)
    _ = recv(client, &buffer, buffer.count, 0)
    _ = send(client, response, response.count, Int32(MSG_NOSIGNAL))
    close(client)
}
source.activate()
dispatchMain()
