@testable import Simulation
@testable import Sizing

/// The model of section 6 step by step and slot by slot, as slow and obvious as it can be made. Every slot draws requests from
/// the same stream as in the engines, so what it gives is not only close to theirs but equal.
struct Reference {
    struct Slot {
        var generator: Xoroshiro128
        /// Steps that it still stays empty; `prefill`, `decode` and `age` mean nothing while there are some.
        var empty = 0
        var prefill = 0
        var decode = 0
        var age = 0
        var seen = 0
        var start = 0.0
    }

    let run: BundleRun
    let vacancy: Vacancy?
    /// Slots of each worker; worker = instance · m + microbatch.
    var workers: [[Slot]] = []
    var tokens = 0
    var finished: [(steps: Int, time: Double)] = []
    var attentionJitter: [JitterStream]
    var ffnJitter: JitterStream?

    init(_ run: BundleRun) {
        self.run = run
        vacancy = Vacancy(occupancy: run.occupancy, meanDecode: run.sampler.meanDecode)
        attentionJitter = run.attentionJitter()
        ffnJitter = run.ffnJitter()
        for worker in 0..<run.workers {
            workers.append((0..<run.batchSize).map { first(run.key.child(worker).child($0).generator) })
        }
    }

    /// What a slot holds at the beginning.
    private func first(_ stream: Xoroshiro128) -> Slot {
        var slot = Slot(generator: stream)
        if let vacancy, !vacancy.isFull(&slot.generator) {
            slot.empty = 1 + vacancy.draw(&slot.generator)
            return slot
        }
        if run.start == .cold {
            let request = run.sampler.draw(&slot.generator)
            (slot.prefill, slot.decode) = (request.prefill, request.decode)
        } else {
            let (request, age) = run.sampler.drawInProgress(&slot.generator)
            (slot.prefill, slot.decode, slot.age) = (request.prefill, request.decode, age)
        }
        return slot
    }

    func load(_ worker: Int) -> Int {
        workers[worker].reduce(0) { $0 + ($1.empty > 0 ? 0 : $1.prefill + $1.age) }
    }

    /// Requests of the workers, those of one microbatch.
    func requests(_ workers: [Int]) -> Double {
        Double(workers.reduce(0) { $0 + self.workers[$1].filter { $0.empty == 0 }.count })
    }

    /// t_A of a worker's step.
    mutating func attentionTime(_ worker: Int) -> Double {
        let time = run.stages.attention.latency(at: Double(load(worker)))
        return attentionJitter.isEmpty ? time : time * attentionJitter[worker].next()
    }

    mutating func ffnTime(requests: Double) -> Double {
        let time = run.stages.ffn.latency(at: requests)
        return ffnJitter.map { _ in time * (ffnJitter?.next() ?? 1) } ?? time
    }

    func communicationTime(requests: Double) -> Double {
        let load = run.stages.communicationLoad == .attentionBatch ? requests / Double(run.ratio) : requests
        return run.stages.communication.latency(at: load)
    }

    /// One step of one worker, which ended at `time`.
    mutating func step(_ worker: Int, endingAt time: Double) {
        for index in workers[worker].indices {
            var slot = workers[worker][index]
            if slot.empty > 0 {
                slot.empty -= 1
                if slot.empty == 0 { refill(&slot, at: time) }
            } else {
                slot.age += 1
                slot.seen += 1
                tokens += 1
                if slot.age == slot.decode {
                    finished.append((slot.seen, time - slot.start))
                    slot.empty = vacancy?.draw(&slot.generator) ?? 0
                    if slot.empty == 0 { refill(&slot, at: time) }
                }
            }
            workers[worker][index] = slot
        }
    }

    private func refill(_ slot: inout Slot, at time: Double) {
        let request = run.sampler.draw(&slot.generator)
        slot = Slot(generator: slot.generator, prefill: request.prefill, decode: request.decode, start: time)
    }

    /// Cycle times of `steps` steps in lock-step.
    mutating func lockStep(steps: Int) -> [Double] {
        var time = 0.0
        return (0..<steps).map { _ in
            let attention = (0..<run.ratio).map { attentionTime($0) }
            let requests = requests(Array(0..<run.ratio))
            let duration = max(attention.max() ?? 0, ffnTime(requests: requests), communicationTime(requests: requests))
            time += duration
            for worker in 0..<run.ratio { step(worker, endingAt: time) }
            return duration
        }
    }

    /// Times of one microbatch's stages in one round: t_A of each instance, t_F, the link there and back, delay each way.
    struct Round {
        var attention: [Double]
        var ffn: Double
        var out: Double
        var back: Double
        var delay: Double
    }

    /// The stage times of `rounds` rounds of each microbatch: they depend on no clock.
    mutating func stageTimes(rounds: Int) -> [[Round]] {
        let m = run.microbatches ?? 1
        return (0..<rounds).map { _ in
            (0..<m).map { microbatch in
                let workers = (0..<run.ratio).map { $0 * m + microbatch }
                let requests = requests(workers)
                let attention = workers.map { attentionTime($0) }
                // Of a line of t_C its α is bytes, half of them each way, and its β is delay.
                let whole = communicationTime(requests: requests)
                let delay = run.stages.communication.latency(at: 0)
                let round = Round(
                    attention: attention, ffn: ffnTime(requests: requests), out: (whole - delay) / 2,
                    back: (whole - delay) / 2, delay: delay / 2)
                for worker in workers { step(worker, endingAt: 0) }
                return round
            }
        }
    }
}

/// A closed queueing network worked through event by event, with a queue at each server: r Attention instances, a link of its own
/// in each direction for each of them, and one FFN that starts a microbatch when all its parts have arrived. It knows no
/// recurrence and no order but that of arrival.
struct EventReference {
    private enum Event {
        case attentionQueued(instance: Int, microbatch: Int)
        case attentionEnded(instance: Int)
        case outQueued(instance: Int, microbatch: Int)
        case outEnded(instance: Int)
        case partArrived(microbatch: Int)
        case ffnEnded
        case backQueued(instance: Int, microbatch: Int)
        case backEnded(instance: Int)
    }

    private struct Server {
        var queue: [Int] = []
        var isBusy = false
    }

    let times: [[Reference.Round]]
    private var events: [(time: Double, order: Int, event: Event)] = []
    private var order = 0
    private var attention: [Server]
    private var out: [Server]
    private var back: [Server]
    private var ffn = Server()
    private var parts: [Int]
    /// Round of each microbatch at each instance, and at the FFN.
    private var rounds: [[Int]]
    private var ffnRounds: [Int]
    /// When each round of each microbatch was over, by microbatch.
    private(set) var ends: [[Double]]

    init(_ times: [[Reference.Round]]) {
        self.times = times
        let m = times[0].count
        let r = times[0][0].attention.count
        attention = [Server](repeating: Server(), count: r)
        out = attention
        back = attention
        parts = [Int](repeating: 0, count: m)
        rounds = [[Int]](repeating: parts, count: r)
        ffnRounds = parts
        ends = [[Double]](repeating: [], count: m)
        for microbatch in 0..<m {
            for instance in 0..<r {
                schedule(0, .attentionQueued(instance: instance, microbatch: microbatch))
            }
        }
    }

    private mutating func schedule(_ time: Double, _ event: Event) {
        events.append((time, order, event))
        order += 1
    }

    mutating func run() {
        while let next = events.indices.min(by: {
            (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order)
        }) {
            let (time, _, event) = events.remove(at: next)
            handle(event, at: time)
        }
    }

    private mutating func handle(_ event: Event, at now: Double) {
        switch event {
        case .attentionQueued(let instance, let microbatch):
            guard rounds[instance][microbatch] < times.count else { return }
            attention[instance].queue.append(microbatch)
            startAttention(instance, now)
        case .attentionEnded(let instance):
            let microbatch = attention[instance].queue.removeFirst()
            attention[instance].isBusy = false
            startAttention(instance, now)
            handle(.outQueued(instance: instance, microbatch: microbatch), at: now)
        case .outQueued(let instance, let microbatch):
            out[instance].queue.append(microbatch)
            startOut(instance, now)
        case .outEnded(let instance):
            let microbatch = out[instance].queue.removeFirst()
            out[instance].isBusy = false
            startOut(instance, now)
            schedule(now + times[rounds[instance][microbatch]][microbatch].delay, .partArrived(microbatch: microbatch))
        case .partArrived(let microbatch):
            parts[microbatch] += 1
            guard parts[microbatch] == attention.count else { return }
            parts[microbatch] = 0
            ffn.queue.append(microbatch)
            startFFN(now)
        case .ffnEnded:
            let microbatch = ffn.queue.removeFirst()
            ffn.isBusy = false
            ffnRounds[microbatch] += 1
            startFFN(now)
            for instance in attention.indices {
                handle(.backQueued(instance: instance, microbatch: microbatch), at: now)
            }
        case .backQueued(let instance, let microbatch):
            back[instance].queue.append(microbatch)
            startBack(instance, now)
        case .backEnded(let instance):
            let microbatch = back[instance].queue.removeFirst()
            back[instance].isBusy = false
            startBack(instance, now)
            let ready = now + times[rounds[instance][microbatch]][microbatch].delay
            rounds[instance][microbatch] += 1
            if instance == 0 { ends[microbatch].append(ready) }
            schedule(ready, .attentionQueued(instance: instance, microbatch: microbatch))
        }
    }

    private mutating func startAttention(_ instance: Int, _ now: Double) {
        guard !attention[instance].isBusy, let microbatch = attention[instance].queue.first else { return }
        attention[instance].isBusy = true
        let round = times[rounds[instance][microbatch]][microbatch]
        schedule(now + round.attention[instance], .attentionEnded(instance: instance))
    }

    private mutating func startOut(_ instance: Int, _ now: Double) {
        guard !out[instance].isBusy, let microbatch = out[instance].queue.first else { return }
        out[instance].isBusy = true
        schedule(now + times[rounds[instance][microbatch]][microbatch].out, .outEnded(instance: instance))
    }

    private mutating func startFFN(_ now: Double) {
        guard !ffn.isBusy, let microbatch = ffn.queue.first else { return }
        ffn.isBusy = true
        schedule(now + times[ffnRounds[microbatch]][microbatch].ffn, .ffnEnded)
    }

    private mutating func startBack(_ instance: Int, _ now: Double) {
        guard !back[instance].isBusy, let microbatch = back[instance].queue.first else { return }
        back[instance].isBusy = true
        schedule(now + times[rounds[instance][microbatch]][microbatch].back, .backEnded(instance: instance))
    }
}
