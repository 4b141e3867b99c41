import TestSupport
import Testing

@testable import Planning

@Suite("The queue of the search")
struct BoundedQueueTests {
    @Test("gives the largest bound first, of equal ones the oldest, whatever comes between", arguments: 0..<20)
    func order(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var queue = BoundedQueue<Int>()
        // The reference: a list, searched from the front.
        var waiting: [(element: Int, bound: Double)] = []
        for step in 0..<300 {
            if waiting.isEmpty || Int.random(in: 0..<3, using: &generator) > 0 {
                let bound = Double(Int.random(in: 0..<10, using: &generator))
                queue.push(step, bound: bound)
                waiting.append((step, bound))
            } else {
                let largest = waiting.map(\.bound).max()
                let index = try #require(waiting.firstIndex { $0.bound == largest })
                let expected = waiting.remove(at: index)
                let popped = queue.pop()
                #expect(popped?.element == expected.element && popped?.bound == expected.bound)
            }
            #expect(queue.isEmpty == waiting.isEmpty)
        }
        for _ in waiting {
            let popped = queue.pop()
            #expect(popped != nil)
        }
        let afterTheLast = queue.pop()
        #expect(afterTheLast == nil && queue.isEmpty)
    }
}
