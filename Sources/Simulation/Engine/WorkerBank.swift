/// The slots of all workers of a bundle; a worker is one microbatch of one Attention instance, B slots.
///
/// Which requests a slot holds, and for how many steps, does not depend on how long the steps take. So the bank goes ahead
/// by a block of steps at a time: it gives the load of each worker at each step of the block, the engine makes times of
/// them, and ``endBlock(_:times:stride:microbatches:included:into:)`` then counts the requests that finished.
///
/// Between completions a worker's load grows by B a step; only completions cost anything. A slot in which nothing finishes
/// in a block is looked at once in it. Every slot draws from a stream of its own, so that the length of a block changes
/// no number.
struct WorkerBank {
    /// The request in a slot, or the empty period between two.
    private struct Slot {
        /// The slot's stream.
        var generator: Xoroshiro128
        /// P + D: what the slot weighs when the request leaves; −1 where it is empty.
        var release: Int
        /// The number of the request's last step, or of the empty period's.
        var end: Int
    }

    /// When the request in a slot began: the last step before it and, in microseconds, the end of that step. What fills the
    /// slots at the beginning has its first simulated step at step 0, time 0.
    private struct Beginning {
        var step = -1
        var time = 0.0
    }

    /// A request, or an empty period, that ended in the block.
    private struct Finished {
        /// The slot; of an empty period its complement.
        var slot: Int32 = 0
        /// Its last step, from the beginning of the block.
        var offset: Int32 = 0
    }

    let workers: Int
    let batchSize: Int
    /// Steps of the longest block.
    let longestBlock: Int
    /// The number of the first step of the next block.
    private var first = 0
    /// T of each worker at that step, tokens.
    private var loads: [Int]
    /// Requests of each worker at that step; empty where slots are always full.
    private var counts: [Int]
    /// Requests of the worker last advanced, at each step; empty where slots are always full.
    private(set) var occupied: [Int]
    private let sampler: RequestSampler
    private let vacancy: Vacancy?
    private var slots: [Slot]
    private var beginnings: [Beginning]
    /// Requests that finished in the block, worker by worker: the first `finishedCount` elements.
    private var finished: [Finished]
    private var finishedCount = 0
    /// `finishedCount` after each worker.
    private var finishedEnds: [Int]
    /// Times per token of some requests, microseconds.
    private var timesPerToken = [Double](repeating: 0, count: 512)
    /// Slots of one worker in which more requests finish in the block.
    private var pending: [Int32]
    /// Σ over the requests that finish at a step of the next one's prefill less their release.
    private var changes: [Int]
    /// Requests that begin less those that finish at a step, where slots may be empty.
    private var arrivals: [Int]

    /// Fills all slots.
    ///
    /// - Parameters:
    ///   - occupancy: ρ, the probability that a slot is full.
    ///   - key: slot s of worker w draws from the stream of its child w's child s.
    init(
        workers: Int, batchSize: Int, sampler: RequestSampler, occupancy: Double = 1, start: SimulationStart,
        key: StreamKey
    ) {
        self.workers = workers
        self.batchSize = batchSize
        self.sampler = sampler
        longestBlock = sampler.block.steps(slots: workers * batchSize)
        loads = [Int](repeating: 0, count: workers)
        vacancy = Vacancy(occupancy: occupancy, meanDecode: sampler.meanDecode)
        counts = vacancy == nil ? [] : loads
        arrivals = [Int](repeating: 0, count: vacancy == nil ? 0 : longestBlock)
        occupied = arrivals
        slots = []
        slots.reserveCapacity(workers * batchSize)
        beginnings = [Beginning](repeating: Beginning(), count: workers * batchSize)
        finished = []
        finishedEnds = [Int](repeating: 0, count: workers)
        pending = [Int32](repeating: 0, count: batchSize + 1)
        changes = [Int](repeating: 0, count: longestBlock)
        for worker in 0..<workers { fill(worker, start, key.child(worker)) }
    }

    private mutating func fill(_ worker: Int, _ start: SimulationStart, _ key: StreamKey) {
        for slot in 0..<batchSize {
            var generator = key.child(slot).generator
            if let vacancy {
                guard vacancy.isFull(&generator) else {
                    let left = vacancy.draw(&generator)
                    slots.append(Slot(generator: generator, release: -1, end: left))
                    continue
                }
                counts[worker] += 1
            }
            let request: RequestSampler.Request
            var age = 0
            switch start {
            case .cold: request = sampler.draw(&generator)
            case .stationary: (request, age) = sampler.drawInProgress(&generator)
            }
            loads[worker] += request.prefill + age
            slots.append(
                Slot(
                    generator: generator, release: request.prefill + request.decode, end: request.decode - age - 1))
        }
    }

    /// Bytes of one worker with as many records as slots, and as much again where records grow.
    static func bytes(batchSize: Int) -> Double {
        let slot = MemoryLayout<Slot>.stride + MemoryLayout<Beginning>.stride
        return Double(batchSize * (slot + 2 * MemoryLayout<Finished>.stride) + 2 * MemoryLayout<Int>.stride)
    }

    /// The load of `worker`, tokens, at each of the next `count` steps, into elements of `row` from `position` on. Called once for
    /// each worker in order, from 0, before ``endBlock(_:times:stride:microbatches:included:into:)``.
    mutating func advance(_ worker: Int, by count: Int, into row: inout [Double], at position: Int) {
        for offset in 0..<count { changes[offset] = 0 }
        if vacancy != nil { for offset in 0..<count { arrivals[offset] = 0 } }
        let end = first + count
        // One request of each slot in turn: draws of different slots do not wait for one another, and nothing depends on a
        // branch that a processor cannot foresee.
        var left = 0
        for slot in (worker * batchSize)..<((worker + 1) * batchSize) {
            pending[left] = Int32(truncatingIfNeeded: slot)
            left += slots[slot].end < end ? 1 : 0
        }
        while left > 0 {
            if finished.count < finishedCount + left {
                finished.append(contentsOf: repeatElement(Finished(), count: finished.count + 2 * left))
            }
            let refilling = Refilling(first: first, end: end, recorded: finishedCount)
            finishedCount += left
            if let vacancy {
                left = refilling.refill(left, of: &pending, sampler, vacancy, &slots, &changes, &arrivals, &finished)
            } else {
                left = refilling.refill(left, of: &pending, sampler, &slots, &changes, &finished)
            }
        }
        finishedEnds[worker] = finishedCount
        var load = loads[worker]
        if vacancy != nil {
            var requests = counts[worker]
            for offset in 0..<count {
                row[position + offset] = Double(load)
                occupied[offset] = requests
                load += requests + changes[offset]
                requests += arrivals[offset]
            }
            loads[worker] = load
            counts[worker] = requests
            return
        }
        for offset in 0..<count {
            row[position + offset] = Double(load)
            load += batchSize + changes[offset]
        }
        loads[worker] = load
    }

    /// How many steps of the block it takes until `requests` have finished in it; `nil` if fewer do.
    func steps(untilFinished requests: Int) -> Int? {
        guard finishedCount >= requests else { return nil }
        var counts = [Int](repeating: 0, count: longestBlock)
        for entry in finished.prefix(finishedCount) where entry.slot >= 0 { counts[Int(entry.offset)] += 1 }
        var sum = 0
        for (offset, count) in counts.enumerated() {
            sum += count
            if sum >= requests { return offset + 1 }
        }
        return nil
    }

    /// Ends the block of `count` steps: counts those requests that finished at its steps `included`.
    ///
    /// - Parameter times: when each step ended, microseconds: a row of `stride` elements for each microbatch.
    mutating func endBlock(
        _ count: Int, times: [Double], stride: Int, microbatches: Int, included: Range<Int>,
        into completions: inout Completions
    ) {
        var start = 0
        for worker in 0..<workers {
            let row = worker % microbatches * stride
            let counter = CompletionCounter(first: first, row: row, included: included)
            while start < finishedEnds[worker] {
                let end = min(finishedEnds[worker], start + timesPerToken.count)
                let (count, tokens) = counter.count(start..<end, of: finished, times, &beginnings, &timesPerToken)
                completions.add(timesPerToken, count: count, tokens: tokens)
                start = end
            }
        }
        first += count
        finishedCount = 0
    }
}

extension WorkerBank {
    /// One pass over slots in which requests finish.
    private struct Refilling {
        /// The block's first step, and the one after its last.
        let first: Int
        let end: Int
        /// Records there are.
        let recorded: Int

        /// Lets the request of each of the first `count` slots of `pending` finish and another take its place; keeps there
        /// those slots in which that one finishes in the block too. Returns how many they are.
        func refill(
            _ count: Int, of pending: inout [Int32], _ sampler: RequestSampler, _ slots: inout [Slot],
            _ changes: inout [Int], _ finished: inout [Finished]
        ) -> Int {
            var pending = pending.mutableSpan
            var slots = slots.mutableSpan
            var changes = changes.mutableSpan
            var finished = finished.mutableSpan
            var kept = 0
            for index in 0..<count {
                let slot = Int(pending[index])
                var generator = slots[slot].generator
                let request = sampler.draw(&generator)
                let last = slots[slot].end
                let offset = last - first
                changes[offset] += request.prefill - slots[slot].release
                finished[recorded + index] = Finished(
                    slot: Int32(truncatingIfNeeded: slot), offset: Int32(truncatingIfNeeded: offset))
                let next = last + request.decode
                slots[slot] = Slot(generator: generator, release: request.prefill + request.decode, end: next)
                pending[kept] = Int32(truncatingIfNeeded: slot)
                kept += next < end ? 1 : 0
            }
            return kept
        }

        /// The same where a slot may stay empty after a request; an empty period ends like a request, and weighs nothing.
        func refill(
            _ count: Int, of pending: inout [Int32], _ sampler: RequestSampler, _ vacancy: Vacancy,
            _ slots: inout [Slot], _ changes: inout [Int], _ arrivals: inout [Int], _ finished: inout [Finished]
        ) -> Int {
            var kept = 0
            for index in 0..<count {
                let slot = Int(pending[index])
                var generator = slots[slot].generator
                let last = slots[slot].end
                let offset = last - first
                let wasFull = slots[slot].release >= 0
                var empty = 0
                if wasFull {
                    changes[offset] -= slots[slot].release
                    arrivals[offset] -= 1
                    empty = vacancy.draw(&generator)
                }
                finished[recorded + index] = Finished(
                    slot: Int32(truncatingIfNeeded: wasFull ? slot : ~slot), offset: Int32(truncatingIfNeeded: offset))
                if empty > 0 {
                    slots[slot] = Slot(generator: generator, release: -1, end: last + empty)
                } else {
                    let request = sampler.draw(&generator)
                    changes[offset] += request.prefill
                    arrivals[offset] += 1
                    slots[slot] = Slot(
                        generator: generator, release: request.prefill + request.decode, end: last + request.decode)
                }
                pending[kept] = Int32(truncatingIfNeeded: slot)
                kept += slots[slot].end < end ? 1 : 0
            }
            return kept
        }
    }

    /// The count of what finished in one worker.
    private struct CompletionCounter {
        /// The block's first step.
        let first: Int
        /// Where the worker's times begin.
        let row: Int
        /// Steps of the block that count.
        let included: Range<Int>

        /// Tokens, and times per token into the first elements of `timesPerToken`, of the requests `range` of `finished`.
        func count(
            _ range: Range<Int>, of finished: [Finished], _ times: [Double], _ beginnings: inout [Beginning],
            _ timesPerToken: inout [Double]
        ) -> (count: Int, tokens: Int) {
            var beginnings = beginnings.mutableSpan
            var timesPerToken = timesPerToken.mutableSpan
            let finished = finished.span
            let times = times.span
            var kept = 0
            var tokens = 0
            for index in range {
                let offset = Int(finished[index].offset)
                let number = Int(finished[index].slot)
                let isRequest = number >= 0
                let slot = isRequest ? number : ~number
                let end = Beginning(step: first + offset, time: times[row + offset])
                let beginning = beginnings[slot]
                beginnings[slot] = end
                timesPerToken[kept] = (end.time - beginning.time) / Double(end.step - beginning.step)
                if isRequest, included.contains(offset) {
                    kept += 1
                    tokens += end.step - beginning.step
                }
            }
            return (kept, tokens)
        }
    }
}
