import Testing

@testable import HTTPServer

/// Hostile and broken peers, played at the level of system calls.
@Suite struct ConnectionDriverTests {
    /// A conversation with every kind of answer, at the end of which the client closes.
    private static let conversation = Array(
        """
        GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello\
        POST /work HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
        POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdefGET /big HTTP/1.1\r\nHost: a\r\n\r\n\
        POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyzGET / HTTP/1.1\r\nHost: a\r\n\r\n
        """.utf8)

    private func run(limits: ServerLimits = ServerLimits(), _ change: (ScriptedSocket) -> Void) -> ScriptedConnection {
        let socket = ScriptedSocket()
        socket.input = Self.conversation
        socket.endsInput = true
        change(socket)
        let connection = ScriptedConnection(socket, limits: limits)
        connection.run()
        return connection
    }

    @Test func theWholeConversation() {
        let connection = run { _ in }
        let text = String(decoding: connection.socket.output, as: UTF8.self)
        #expect(
            text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == [
                "200", "200", "200", "200", "200", "404", "200",
            ])
        #expect(connection.driver.isClosed)
        #expect(connection.socket.closes == 1 && connection.socket.callsAfterClose == 0)
    }

    @Test(arguments: [
        (1, 1, 0), (1, Int.max, 0), (Int.max, 1, 0), (7, 13, 1), (Int.max, Int.max, 1), (1, 1, 2), (3, 999, 3),
    ])
    func tinyReadsAndWritesAndBlocking(perReceive: Int, perSend: Int, blocksEvery: Int) {
        let reference = run { _ in }.socket.output
        let connection = run { socket in
            socket.bytesPerReceive = perReceive
            socket.bytesPerSend = perSend
            socket.blocksEvery = blocksEvery
        }
        let isSame = connection.socket.output == reference
        #expect(isSame)
        #expect(connection.driver.isClosed)
        #expect(connection.socket.closes == 1 && connection.socket.callsAfterClose == 0)
    }

    @Test func aResetAtEveryCall() {
        let whole = run { socket in
            socket.bytesPerReceive = 5
            socket.bytesPerSend = 2000
        }
        #expect(whole.socket.calls > 100)
        for call in 0..<whole.socket.calls {
            let connection = run { socket in
                socket.bytesPerReceive = 5
                socket.bytesPerSend = 2000
                socket.failsAt = call
            }
            #expect(connection.driver.isClosed, "at call \(call)")
            #expect(connection.socket.closes == 1 && connection.socket.callsAfterClose == 0, "at call \(call)")
            let isPrefix = whole.socket.output.starts(with: connection.socket.output)
            #expect(isPrefix, "at call \(call)")
        }
    }

    @Test func theClientClosesAtEveryByte() {
        let reference = run { _ in }.socket.output
        for length in 0..<Self.conversation.count {
            let connection = run { $0.input = Array(Self.conversation[..<length]) }
            #expect(connection.driver.isClosed, "after \(length) bytes")
            #expect(connection.socket.closes == 1 && connection.socket.callsAfterClose == 0)
            let isPrefix = reference.starts(with: connection.socket.output)
            #expect(isPrefix, "after \(length) bytes")
        }
    }

    @Test func aWindowThatStaysClosed() {
        let connection = run { $0.bytesPerSend = 0 }
        #expect(!connection.driver.isClosed)
        connection.now += 29_900_000_000
        connection.driver.deadlinePassed(now: connection.now)
        #expect(!connection.driver.isClosed)
        connection.now += 200_000_000
        connection.driver.deadlinePassed(now: connection.now)
        #expect(connection.socket.resets == 1 && connection.socket.closes == 0)
        #expect(connection.socket.callsAfterClose == 0)
    }

    /// A long response is given to the socket in pieces, and not all in one turn.
    @Test func aLongResponseDoesNotKeepOthersWaiting() {
        let length = 3_000_000
        let socket = ScriptedSocket()
        socket.input = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let connection = ScriptedConnection(
            socket,
            handler: FixedHandler(Response(status: .ok, body: .bytes([UInt8](repeating: 1, count: length)))))
        connection.driver.becameReady([.readable, .writable], now: connection.now)
        var turns = 1
        while connection.driver.wantsTurn {
            #expect(socket.largestSend <= 256 * 1024)
            #expect(connection.driver.heldOutput >= length)
            connection.driver.pump(now: connection.now)
            turns += 1
        }
        #expect(turns >= 6)
        #expect(socket.output.count > length && connection.driver.heldOutput == 0)
    }

    @Test func whatWaitsForAClientIsCounted() {
        let connection = run { $0.bytesPerSend = 0 }
        #expect(connection.driver.heldOutput > 0)
        #expect(connection.driver.isUnread(since: connection.now))
        #expect(!connection.driver.isUnread(since: connection.now - 1))
        connection.driver.abandon(now: connection.now, reset: true)
        #expect(connection.driver.heldOutput == 0 && connection.socket.resets == 1)
    }

    @Test func anErrorIsToldByTheLoop() {
        let connection = run { $0.endsInput = false }
        #expect(!connection.driver.isClosed)
        connection.driver.becameReady(.failed, now: connection.now)
        #expect(connection.driver.isClosed && connection.socket.closes == 1)
        connection.driver.becameReady([.readable, .writable], now: connection.now)
        connection.driver.workFinished(.streamEnded, now: connection.now)
        connection.driver.abandon(now: connection.now)
        #expect(connection.socket.closes == 1 && connection.socket.callsAfterClose == 0)
    }

    @Test func afterAnErrorTheInputIsDrainedAndThenClosed() {
        var limits = ServerLimits()
        limits.lingerBytes = 64_000
        let connection = run(limits: limits) { socket in
            socket.input = Array("bad\r\n".utf8) + [UInt8](repeating: 0, count: 60_000)
            socket.endsInput = false
        }
        #expect(connection.socket.isShutDown && !connection.driver.isClosed)
        #expect(connection.socket.input.isEmpty)
        connection.socket.input = [UInt8](repeating: 0, count: 10_000)
        connection.run()
        #expect(connection.driver.isClosed)
    }

    @Test func aStreamOfBytesDoesNotKeepOthersWaiting() {
        let socket = ScriptedSocket()
        socket.input = [UInt8](repeating: 0x58, count: 1_000_000)
        socket.bytesPerReceive = 10
        let connection = ScriptedConnection(socket)
        connection.driver.becameReady(.readable, now: connection.now)
        #expect(socket.calls < 20)
        #expect(connection.driver.wantsTurn == true || socket.input.count > 0)
    }
}
