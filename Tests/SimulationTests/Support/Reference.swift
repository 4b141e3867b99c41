@testable import Simulation
@testable import Sizing

/// The model of section 6 step by step and slot by slot, as slow and obvious as it can be made. Every slot draws requests from
/// the same stream as in the engines, so what it gives is not only close to theirs but equal.
struct Reference {
    struct Slot {
        var generator: Xoroshiro128
        var prefill: Int
        var decode: Int
        var age: Int
        var seen = 0
        var start = 0.0
    }

    let run: BundleRun
    /// Slots of each worker; worker = instance · m + microbatch.
    var workers: [[Slot]] = []
    var tokens = 0
    var finished: [(steps: Int, time: Double)] = []

    init(_ run: BundleRun) {
        self.run = run
        for worker in 0..<run.workers {
            workers.append(
                (0..<run.batchSize).map { slot in
                    var generator = run.key.child(worker).child(slot).generator
                    if run.start == .cold {
                        let request = run.sampler.draw(&generator)
                        return Slot(generator: generator, prefill: request.prefill, decode: request.decode, age: 0)
                    }
                    let (request, age) = run.sampler.drawInProgress(&generator)
                    return Slot(generator: generator, prefill: request.prefill, decode: request.decode, age: age)
                })
        }
    }

    func load(_ worker: Int) -> Int { workers[worker].reduce(0) { $0 + $1.prefill + $1.age } }

    /// One step of one worker, which ended at `time`.
    mutating func step(_ worker: Int, endingAt time: Double) {
        for index in workers[worker].indices {
            workers[worker][index].age += 1
            workers[worker][index].seen += 1
            tokens += 1
            var slot = workers[worker][index]
            if slot.age == slot.decode {
                finished.append((slot.seen, time - slot.start))
                let request = run.sampler.draw(&slot.generator)
                workers[worker][index] = Slot(
                    generator: slot.generator, prefill: request.prefill, decode: request.decode, age: 0, start: time)
            }
        }
    }

    /// Cycle times of `steps` steps in lock-step.
    mutating func lockStep(steps: Int) -> [Double] {
        var time = 0.0
        return (0..<steps).map { _ in
            let attention = (0..<run.ratio).map { run.stages.attention.latency(at: Double(load($0))) }
            let duration = max(attention.max() ?? 0, run.ffnTime, run.communicationTime)
            time += duration
            for worker in 0..<run.ratio { step(worker, endingAt: time) }
            return duration
        }
    }

    /// When each round of each microbatch was over, by the max-plus recurrences over the whole history.
    mutating func pipeline(rounds: Int) -> [[Double]] {
        let m = run.microbatches ?? 1
        let half = run.communicationTime / 2
        // attention[i][n], ffn[n]: end of the n-th service, n = round · m + microbatch.
        var attention = [[Double]](repeating: [], count: run.ratio)
        var ffn: [Double] = []
        var ends: [[Double]] = []
        for round in 0..<rounds {
            var row: [Double] = []
            for microbatch in 0..<m {
                let n = round * m + microbatch
                for instance in 0..<run.ratio {
                    let work = run.stages.attention.latency(at: Double(load(instance * m + microbatch)))
                    let free = n == 0 ? 0 : attention[instance][n - 1]
                    let back = round == 0 ? 0 : ffn[n - m] + half
                    attention[instance].append(max(free, back) + work)
                }
                let arrived = (0..<run.ratio).map { attention[$0][n] + half }.max() ?? 0
                ffn.append(max(n == 0 ? 0 : ffn[n - 1], arrived) + run.ffnTime)
                row.append(ffn[n] + half)
                for instance in 0..<run.ratio { step(instance * m + microbatch, endingAt: ffn[n] + half) }
            }
            ends.append(row)
        }
        return ends
    }
}
