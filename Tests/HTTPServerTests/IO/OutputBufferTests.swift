import TestSupport
import Testing

@testable import HTTPServer

@Suite struct OutputBufferTests {
    private func drain(_ buffer: inout OutputBuffer, step: Int) -> [UInt8] {
        var result: [UInt8] = []
        while let taken = buffer.withNext({ Array($0.prefix(step)) }) {
            result += taken
            buffer.consume(taken.count)
        }
        return result
    }

    @Test func whatIsHeldInMemory() {
        let long = [UInt8](repeating: 1, count: 100_000)
        var buffer = OutputBuffer()
        #expect(buffer.heldBytes == 0)
        buffer.write { $0.append(contentsOf: [1, 2, 3]) }
        buffer.append(.bytes(long))
        #expect(buffer.heldBytes == 100_003)
        // The memory of these is not this buffer's.
        buffer.append(.bytes(long), isShared: true)
        buffer.append(.constant(StaticBytes("constant")))
        #expect(buffer.heldBytes < 100_100)
        // Memory is held until all of it is sent.
        buffer.consume(50_000)
        #expect(buffer.heldBytes > 100_000)
        buffer.consume(buffer.count)
        #expect(buffer.heldBytes == 0)
    }

    @Test func mixedPiecesComeOutInOrderInAnyStep() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var buffer = OutputBuffer()
            var expected: [UInt8] = []
            var sent: [UInt8] = []
            for _ in 0..<Int.random(in: 1..<12, using: &random) {
                let length = [0, 1, 100, OutputBuffer.copyLimit, OutputBuffer.copyLimit + 1, 40_000].randomElement(
                    using: &random)!
                let bytes = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: length)
                expected += bytes
                if Bool.random(using: &random) {
                    buffer.append(.bytes(bytes))
                } else {
                    buffer.write { $0.append(contentsOf: bytes) }
                }
                if Bool.random(using: &random), let count = buffer.withNext({ min(997, $0.count) }) {
                    sent += buffer.withNext { Array($0[..<count]) } ?? []
                    buffer.consume(count)
                }
                #expect(buffer.count == expected.count - sent.count)
            }
            sent += drain(&buffer, step: Int.random(in: 1...30_000, using: &random))
            #expect(sent == expected)
            #expect(buffer.isEmpty)
        }
    }

    @Test func constantsAreNotCopied() {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 100_000)
        defer { memory.deallocate() }
        memory.initialize(repeating: 7)
        var buffer = OutputBuffer()
        buffer.write { $0.append(1) }
        buffer.append(.constant(StaticBytes(immortal: UnsafeBufferPointer(memory))))
        buffer.write { $0.append(2) }
        #expect(buffer.count == 100_002)
        buffer.consume(1)
        let isSame = buffer.withNext { $0.baseAddress == UnsafePointer(memory.baseAddress) }
        #expect(isSame == true)
        buffer.consume(100_000)
        #expect(drain(&buffer, step: 5) == [2])
    }

    @Test func storageGoesToThePoolAndBack() {
        let pool = BufferPool(capacity: 1)
        var buffer = OutputBuffer()
        buffer.acquire(from: pool)
        buffer.write { $0.append(1) }
        buffer.release(to: pool)
        #expect(buffer.count == 1, "a buffer with bytes keeps its storage")
        buffer.consume(1)
        buffer.release(to: pool)
        #expect(pool.take().capacity >= 1024)
    }
}
