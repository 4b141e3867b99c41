import Dispatch
import Glibc
import Testing

@testable import HTTPServer

@Suite struct LogWriterTests {
    /// A pipe: what is written to `input` can be read from `output`.
    private struct Pipe {
        let output: Int32
        let input: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            let code = pipe(&ends)
            try #require(code == 0)
            (output, input) = (ends[0], ends[1])
        }

        func readAvailable() -> [UInt8] {
            _ = fcntl(output, F_SETFL, O_NONBLOCK)
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(output, &chunk, chunk.count), count > 0 { all += chunk.prefix(count) }
            return all
        }

        func close() {
            Glibc.close(output)
            Glibc.close(input)
        }
    }

    private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    @Test func linesArriveWholeAndInOrder() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let writer = LogWriter(descriptor: pipe.input)
        for number in 0..<1000 { writer.write(line("line \(number)")) }
        #expect(writer.flush(timeout: 10))
        let expected = (0..<1000).map { "line \($0)\n" }.joined()
        #expect(String(decoding: pipe.readAvailable(), as: UTF8.self) == expected)
        #expect(writer.dropped == 0)
    }

    @Test func linesOfManyThreadsDoNotMix() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let writer = LogWriter(descriptor: pipe.input)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<100 { writer.write(line("\(thread) \(number)")) }
        }
        #expect(writer.flush(timeout: 10))
        let lines = String(decoding: pipe.readAvailable(), as: UTF8.self).split(separator: "\n").map { String($0) }
        #expect(Set(lines) == Set((0..<8).flatMap { thread in (0..<100).map { "\(thread) \($0)" } }))
        #expect(lines.count == 800)
    }

    @Test func aReaderThatStopsCostsLinesAndNoTime() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let writer = LogWriter(descriptor: pipe.input, capacity: 4096)
        let long = line(String(repeating: "x", count: 999))
        // A pipe holds 64 KB, the writer a batch and 4 KB more: most of 1000 lines are lost, and this loop ends.
        for _ in 0..<1000 { writer.write(long) }
        #expect(writer.dropped > 800)
        let lost = writer.dropped
        var received = 0
        while !writer.flush(timeout: 0.01) { received += pipe.readAvailable().count }
        received += pipe.readAvailable().count
        #expect(received == (1000 - lost) * long.count)
        // Space again: lines are taken again.
        writer.write(long)
        #expect(writer.dropped == lost)
        #expect(writer.flush(timeout: 10))
    }

    @Test func aLineLongerThanTheBufferIsDropped() {
        let writer = LogWriter(descriptor: -1, capacity: 10)
        writer.write(line("longer than ten bytes"))
        #expect(writer.dropped == 1)
    }

    @Test func whatCannotBeWrittenIsCounted() {
        let writer = LogWriter(descriptor: -1)
        for number in 0..<3 { writer.write(line("\(number)")) }
        #expect(writer.flush(timeout: 10))
        #expect(writer.dropped == 3)
    }
}
