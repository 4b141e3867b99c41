/// A binary heap that gives the element with the largest bound first; of equal bounds, the one pushed first.
struct BoundedQueue<Element> {
    private var heap: [(bound: Double, order: Int, element: Element)] = []
    private var pushed = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func push(_ element: Element, bound: Double) {
        heap.append((bound, pushed, element))
        pushed += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> (element: Element, bound: Double)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var best = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, best) {
                    best = child
                }
                guard best != parent else { break }
                heap.swapAt(parent, best)
                parent = best
            }
        }
        return (first.element, first.bound)
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        heap[a].bound > heap[b].bound || (heap[a].bound == heap[b].bound && heap[a].order < heap[b].order)
    }
}
