/// The slots of all workers of a bundle; a worker is one microbatch of one Attention instance, B slots.
///
/// Between completions a worker's load grows by B a step, so only completions cost anything: T ← T + B − (loads of the
/// finished) + (prefills of the new). They are known ahead: each worker has a calendar, a ring of buckets of which number
/// (step mod R) lists the slots whose requests finish at that step. A request that finishes more than R steps ahead stays in
/// its bucket, which looks at it once in R steps; with R ≥ B that is less than one look a worker-step however long the
/// requests are, and the memory does not depend on them.
struct WorkerBank {
    /// One request in its slot.
    private struct Slot {
        /// P + D: what the slot weighs when the request leaves.
        var release: Int
        /// The number of its last step.
        var finish: Int
        /// When its first simulated step began, microseconds.
        var start: Double
        /// Its simulated steps, at most 2³² − 1 (more are never finished).
        var steps: UInt32
        /// The next slot in the bucket, or −1.
        var next: Int32
    }

    /// What the completions of one worker after one step added up to.
    struct Completions {
        var requests = 0
        /// Tokens of the finished requests.
        var tokens = 0
        /// Σ of their times per token, microseconds.
        var timePerToken = 0.0
    }

    let workers: Int
    let batchSize: Int
    /// T of each worker at its current step, tokens.
    private(set) var loads: [Int]
    /// TPOT of the finished requests.
    private(set) var histogram = LogHistogram()

    private let sampler: RequestSampler
    private var generators: [SplittableGenerator]
    private var slots: [Slot]
    private var buckets: [Int32]
    private let ring: Int

    /// Fills all slots; what they hold first has its first simulated step at step 0, time 0.
    ///
    /// - Parameter generator: worker w draws from its child stream w.
    init(
        workers: Int, batchSize: Int, sampler: RequestSampler, start: SimulationStart, generator: SplittableGenerator
    ) {
        self.workers = workers
        self.batchSize = batchSize
        self.sampler = sampler
        ring = Self.ring(batchSize: batchSize, meanDecode: sampler.meanDecode)
        loads = [Int](repeating: 0, count: workers)
        generators = (0..<workers).map { generator.split($0) }
        slots = [Slot](
            repeating: Slot(release: 0, finish: 0, start: 0, steps: 0, next: -1), count: workers * batchSize)
        buckets = [Int32](repeating: -1, count: workers * ring)
        for worker in 0..<workers { fill(worker, start) }
    }

    /// R: a few mean lengths, so that most requests are looked at once; a power of two.
    private static func ring(batchSize: Int, meanDecode: Double) -> Int {
        let wanted = Int(max(Double(batchSize), min(4 * meanDecode, 4096), 64))
        return 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }

    /// Bytes of one worker.
    static func bytes(batchSize: Int, meanDecode: Double) -> Double {
        Double(batchSize * MemoryLayout<Slot>.stride)
            + Double(ring(batchSize: batchSize, meanDecode: meanDecode) * MemoryLayout<Int32>.stride)
            + Double(MemoryLayout<SplittableGenerator>.stride + MemoryLayout<Int>.stride)
    }

    private mutating func fill(_ worker: Int, _ start: SimulationStart) {
        for index in (worker * batchSize)..<((worker + 1) * batchSize) {
            let request: RequestSampler.Request
            var age = 0
            switch start {
            case .cold: request = sampler.draw(&generators[worker])
            case .stationary: (request, age) = sampler.drawInProgress(&generators[worker])
            }
            loads[worker] += request.prefill + age
            let steps = request.decode - age
            slots[index] = Slot(
                release: request.prefill + request.decode, finish: steps - 1, start: 0,
                steps: UInt32(clamping: steps), next: -1)
            link(index, worker)
        }
    }

    private mutating func link(_ index: Int, _ worker: Int) {
        let bucket = worker * ring + slots[index].finish & (ring - 1)
        slots[index].next = buckets[bucket]
        buckets[bucket] = Int32(truncatingIfNeeded: index)
    }

    /// Takes `worker` from step number `step` to the next one; that step ended at `time`.
    @inline(__always)
    mutating func advance(_ worker: Int, step: Int, time: Double, into completions: inout Completions) {
        loads[worker] &+= batchSize
        let bucket = worker &* ring &+ step & (ring &- 1)
        let first = buckets[bucket]
        if first >= 0 {
            buckets[bucket] = -1
            finish(from: first, worker, step: step, time: time, into: &completions)
        }
    }

    private mutating func finish(
        from first: Int32, _ worker: Int, step: Int, time: Double, into completions: inout Completions
    ) {
        var generator = generators[worker]
        var load = loads[worker]
        var following = first
        while following >= 0 {
            let index = Int(following)
            let slot = slots[index]
            following = slot.next
            if slot.finish == step {
                let timePerToken = (time - slot.start) / Double(slot.steps)
                completions.requests &+= 1
                completions.tokens &+= Int(slot.steps)
                completions.timePerToken += timePerToken
                histogram.add(timePerToken)
                let request = sampler.draw(&generator)
                load += request.prefill - slot.release
                slots[index] = Slot(
                    release: request.prefill + request.decode, finish: step + request.decode, start: time,
                    steps: UInt32(clamping: request.decode), next: -1)
            }
            link(index, worker)
        }
        loads[worker] = load
        generators[worker] = generator
    }

    /// Forgets the completions counted so far in the histogram.
    mutating func resetHistogram() { histogram = LogHistogram() }
}
