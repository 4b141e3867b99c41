/// What the next steps of a bundle take, while nobody comes or goes. A step of m microbatches is a round: it takes the longest of
///
///     max_i Σ_j t_A(T_ij),   Σ_j t_F,j,   Σ_j c_out,j,   Σ_j c_back,j,   max_ij (t_A(T_ij) + t_F,j + t_C,j)
///
/// and in lock-step, without microbatches, of max_i t_A(T_i), t_F and t_C (model sections 1 and 5). Workers and instances without
/// requests take no part.
struct StepTimes {
    private var lines = StretchLines()
    /// FFN of one round, and the busier direction of the link, or all of t_C in lock-step, microseconds.
    private(set) var ffn = 0.0
    private(set) var link = 0.0
    /// Σ of t_A over the workers at the next step, and what it grows by a step.
    private(set) var attention = 0.0
    private(set) var attentionGrowth = 0.0
    /// Steps until the curve of a worker grows otherwise, 1 or more.
    private(set) var mostSteps = Double.infinity

    /// The next step's time.
    var first: Double { lines.first }

    /// Works out the lines in lock-step.
    ///
    /// - Parameters:
    ///   - requests: of the bundle, 1 or more.
    ///   - instances: Attention instances that are there.
    mutating func refresh(_ workers: inout WorkerLoads, requests: Int, instances: Int, _ shared: inout SharedTimes) {
        mostSteps = workers.renew()
        let times = shared.times(requests: requests, instances: instances)
        ffn = times.ffn
        link = times.communication
        lines.floor = max(times.ffn, times.communication)
        (attention, attentionGrowth) = workers.setLines(&lines)
    }

    /// Works out the lines of a round.
    ///
    /// - Parameters:
    ///   - batch: requests of each microbatch, 1 or more in all.
    ///   - instances: Attention instances that are there.
    mutating func refresh(_ workers: inout WorkerLoads, batch: [Int], instances: Int, _ shared: inout SharedTimes) {
        mostSteps = workers.renew()
        let rows = batch.count
        let columns = workers.count / rows
        lines.reset(count: columns + workers.count)
        var (ffn, out, back) = (0.0, 0.0, 0.0)
        for row in 0..<rows where batch[row] > 0 {
            let times = shared.times(requests: batch[row], instances: instances)
            ffn += times.ffn
            out += times.out
            back += times.back
            for column in 0..<columns where workers.requests(of: column * rows + row) > 0 {
                let worker = column * rows + row
                let (value, slope) = workers.line(of: worker)
                lines.set(columns + worker, value: value + times.ffn + times.communication, slope: slope)
            }
        }
        (attention, attentionGrowth) = (0, 0)
        for column in 0..<columns {
            var (value, slope) = (0.0, 0.0)
            for worker in (column * rows)..<((column + 1) * rows) where workers.requests(of: worker) > 0 {
                let line = workers.line(of: worker)
                value += line.value
                slope += line.slope
            }
            guard value > 0 || slope > 0 else { continue }
            lines.set(column, value: value, slope: slope)
            attention += value
            attentionGrowth += slope
        }
        self.ffn = ffn
        link = max(out, back)
        lines.floor = max(ffn, out, back)
    }

    /// Goes on from `start` until `limit` steps are done (1 or more), or to the first end of a step at or after `until`.
    ///
    /// - Returns: how many steps that is, 1 or more, and when the last one ends.
    func walk(from start: Double, atMost limit: Int, until: Double) -> (steps: Int, time: Double) {
        lines.walk(from: start, atMost: limit, until: until)
    }
}
