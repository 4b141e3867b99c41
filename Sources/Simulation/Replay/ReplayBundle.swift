import Sizing

/// One bundle at work: the requests in its slots, and what its next step, or stretch of steps, takes.
///
/// A worker is one microbatch of one Attention instance; worker = instance · m + microbatch. Workers and instances without
/// requests take no part in a step. A step of m microbatches is a round: it takes the longest of
///
///     max_i Σ_j t_A(T_ij),   Σ_j t_F,j,   Σ_j c_out,j,   Σ_j c_back,j,   max_ij (t_A(T_ij) + t_F,j + t_C,j)
///
/// and in lock-step, without microbatches, of max_i t_A(T_i), t_F and t_C (model sections 1 and 5).
struct ReplayBundle {
    /// An Attention instance.
    enum Instance: Hashable, Sendable {
        /// Takes requests.
        case open
        /// Takes no more, and leaves when it is empty.
        case draining
        case gone
    }

    let shape: ReplayBundleShape
    private let rows: Int
    private(set) var instances: [Instance] = []
    /// T of each worker, tokens: whole numbers.
    private var loads: [Double] = []
    /// Requests of each worker.
    private(set) var counts: [Int] = []
    /// Tokens that the requests of each instance will hold at their ends.
    private var reserved: [Double] = []
    /// Requests of each microbatch.
    private var batch: [Int]
    private var lines = StretchLines()
    /// Rows of the request table by their last steps.
    private var ends = StepCalendar()
    /// Those that are to enter at the next end of a step, or wait for a slot here.
    private(set) var line = RequestLine()

    /// When the last event was, microseconds, and steps made until then.
    private(set) var clock = 0.0
    private var step = 0
    /// Requests in slots.
    private(set) var present = 0
    /// Tokens that those in line will hold at their ends.
    private var reservedInLine = 0.0
    /// Whether an event has begun and not ended.
    private var isAtEndOfStep = false
    /// Those that entered in the event, where their first step gives the first token.
    private var entered: [Int32] = []
    /// The next event: after so many steps, and when.
    private var plannedSteps = 0
    private(set) var planned = Double.infinity
    /// The most steps that change nothing but loads.
    private var longest = 0
    private(set) var busy = StageTimes()

    /// How long each role has worked, microseconds.
    struct StageTimes: Hashable, Sendable {
        /// Sum over the instances.
        var attention = 0.0
        var ffn = 0.0
        /// The busier direction of the link, or all of t_C in lock-step.
        var communication = 0.0
        /// Request-microseconds and token-microseconds in slots; the latter of the tokens at the beginning of each stretch.
        var requests = 0.0
        var tokens = 0.0
        /// While anything was in a slot.
        var active = 0.0
        /// Tokens generated here.
        var generated = 0.0
    }

    /// FFN and link of one round, where the batches are as they are.
    private var ffnTime = 0.0
    private var linkTime = 0.0
    /// Σ of t_A over the workers at the next step, and what it grows by a step.
    private var attentionTime = 0.0
    private var attentionGrowth = 0.0

    init(_ shape: ReplayBundleShape, instances: Int) {
        self.shape = shape
        rows = shape.rows
        batch = [Int](repeating: 0, count: rows)
        setOpen(instances)
    }

    // MARK: What a router sees

    /// Requests in slots or on the way into one.
    var committed: Int { present + line.count }
    /// Tokens of the requests in slots at the last event.
    private(set) var tokens = 0.0
    /// Prompt tokens of all that are committed.
    private(set) var promptTokens = 0.0
    private(set) var openInstances = 0
    /// Instances that are open or draining.
    private(set) var presentInstances = 0
    /// Slots that take requests.
    var slots: Int { openInstances * shape.slotsPerInstance }
    /// Requests in slots of open instances, and tokens that these will hold at their ends.
    private var openPresent = 0
    private var openReserved = 0.0

    /// Whether a slot, and memory, of an open instance is not yet promised to anybody.
    func hasRoom(for tokens: Double) -> Bool {
        guard openPresent + line.count < slots else { return false }
        guard let capacity = shape.tokenCapacity else { return true }
        return openReserved + reservedInLine + tokens <= capacity * Double(openInstances)
    }

    // MARK: Instances

    /// Opens or drains instances so that `count` are open; those with the fewest requests are drained first, of equals the last.
    private mutating func setOpen(_ count: Int) {
        while openInstances < count {
            if let index = instances.firstIndex(of: .gone) {
                instances[index] = .open
            } else {
                instances.append(.open)
                loads += [Double](repeating: 0, count: rows)
                counts += [Int](repeating: 0, count: rows)
                reserved.append(0)
            }
            openInstances += 1
            presentInstances += 1
        }
        while openInstances > count {
            var chosen = -1
            for index in instances.indices where instances[index] == .open {
                if chosen < 0 || requests(of: index) <= requests(of: chosen) { chosen = index }
            }
            openInstances -= 1
            openPresent -= requests(of: chosen)
            openReserved -= reserved[chosen]
            instances[chosen] = .draining
            if requests(of: chosen) == 0 { remove(chosen) }
        }
    }

    private mutating func remove(_ instance: Int) {
        instances[instance] = .gone
        presentInstances -= 1
    }

    /// The same from the next end of a step at or after `time` on.
    mutating func setOpen(_ count: Int, at time: Double, _ table: RequestTable, _ rule: Admission) {
        guard count != openInstances else { return }
        setOpen(count)
        if present > 0 { plan(until: time) } else { wake(at: time, table, rule) }
    }

    /// Begins with those in line, where nothing is in a slot.
    private mutating func wake(at time: Double, _ table: RequestTable, _ rule: Admission) {
        guard present == 0, !line.isEmpty, canEnter(rule.need(Int(line.first), table), rule) else { return }
        clock = time
        plannedSteps = 0
        planned = time
    }

    private func requests(of instance: Int) -> Int {
        var sum = 0
        for row in 0..<rows { sum += counts[instance * rows + row] }
        return sum
    }
}

extension ReplayBundle {
    // MARK: Requests

    /// Puts a request in line that was ready at `time`, which is not before the last event.
    mutating func append(_ row: Int, at time: Double, _ table: inout RequestTable, _ rule: Admission) {
        let isFirst = line.isEmpty
        let need = rule.need(row, table)
        line.append(row, &table)
        reservedInLine += need
        promptTokens += Double(table[row].prefill)
        // At the end of a step they enter anyway.
        guard isFirst, !isAtEndOfStep else { return }
        if present == 0 {
            wake(at: time, table, rule)
        } else if canEnter(need, rule) {
            plan(until: time)
        }
    }

    /// Takes back those that wait in line.
    mutating func takeLine(_ table: RequestTable) -> RequestLine {
        let taken = line
        var row = taken.first
        while row >= 0 {
            promptTokens -= Double(table[Int(row)].prefill)
            row = table[Int(row)].next
        }
        line = RequestLine()
        reservedInLine = 0
        plan(until: .infinity)
        return taken
    }

    /// How requests enter.
    struct Admission: Sendable {
        var byTokens: Bool
        /// Microseconds from its arrival on that a client waits.
        var patience: Double
        /// Whether the prefill instances give the first token.
        var afterPrefill: Bool

        /// Tokens that a request holds at its end.
        func need(_ row: Int, _ table: RequestTable) -> Double {
            Double(table[row].prefill) + Double(steps(row, table))
        }

        /// Steps that it is decoded for.
        func steps(_ row: Int, _ table: RequestTable) -> Int { Int(table[row].decode) - (afterPrefill ? 1 : 0) }
    }

    /// Whether a request could enter now.
    private func canEnter(_ need: Double, _ rule: Admission) -> Bool {
        guard openPresent < slots else { return false }
        return shape.tokenCapacity == nil || worker(for: need, rule) != nil
    }

    /// The worker that a request goes to, or nil where it has to wait.
    private func worker(for need: Double, _ rule: Admission) -> Int? {
        guard openPresent < slots else { return nil }
        if shape.tokenCapacity == nil, !rule.byTokens, openInstances == instances.count {
            // The most usual case, the first of those with the fewest requests.
            let counts = counts.span
            var (chosen, least) = (0, counts[0])
            for worker in 1..<counts.count where counts[worker] < least { (chosen, least) = (worker, counts[worker]) }
            return chosen
        }
        var chosen = -1
        var least = Double.infinity
        for (instance, state) in instances.enumerated() where state == .open {
            if let capacity = shape.tokenCapacity, reserved[instance] + need > capacity { continue }
            for worker in (instance * rows)..<((instance + 1) * rows) where counts[worker] < shape.batchSize {
                let weight = rule.byTokens ? loads[worker] : Double(counts[worker])
                if weight < least { (chosen, least) = (worker, weight) }
            }
        }
        return chosen >= 0 ? chosen : nil
    }

    /// Makes the planned event happen: the steps until then, and those leave that are done. ``endEvent(_:)`` must follow.
    mutating func beginEvent(_ table: inout RequestTable, _ rule: Admission, _ measures: inout ReplayMeasures) {
        isAtEndOfStep = true
        advance()
        while let row = ends.removeEnding(with: step, table) { leave(row, &table, rule, &measures) }
    }

    /// Goes on with those that are in slots now.
    mutating func endEvent(_ table: inout RequestTable, _ rule: Admission, _ measures: inout ReplayMeasures) {
        isAtEndOfStep = false
        refresh()
        plan(until: .infinity)
        if !rule.afterPrefill, !entered.isEmpty {
            let time = clock + lines.first
            for row in entered { measures.firstToken(Int(row), at: time, &table) }
        }
        entered.removeAll(keepingCapacity: true)
    }

    /// The steps until the planned event.
    private mutating func advance() {
        let steps = Double(plannedSteps)
        if plannedSteps > 0 {
            busy.attention += attentionTime * steps + attentionGrowth * (steps * (steps - 1) * 0.5)
            busy.ffn += ffnTime * steps
            busy.communication += linkTime * steps
            busy.generated += steps * Double(present)
            if present > 0 {
                let elapsed = planned - clock
                busy.requests += elapsed * Double(present)
                busy.tokens += elapsed * (tokens + 0.5 * steps * Double(present))
                busy.active += elapsed
                tokens += steps * Double(present)
            }
            for worker in loads.indices { loads[worker] += Double(counts[worker]) * steps }
            step += plannedSteps
        }
        clock = planned
    }

    private mutating func leave(
        _ row: Int, _ table: inout RequestTable, _ rule: Admission, _ measures: inout ReplayMeasures
    ) {
        let worker = Int(table[row].worker)
        let instance = worker / rows
        let need = rule.need(row, table)
        counts[worker] -= 1
        loads[worker] -= need
        reserved[instance] -= need
        tokens -= need
        promptTokens -= Double(table[row].prefill)
        batch[worker - instance * rows] -= 1
        present -= 1
        if instances[instance] == .open {
            openPresent -= 1
            openReserved -= need
        } else if requests(of: instance) == 0 {
            remove(instance)
        }
        measures.finished(row, at: clock, steps: rule.steps(row, table), table)
        table.remove(row)
    }

    /// Those in line enter, as far as there is room. Between ``beginEvent(_:_:_:)`` and ``endEvent(_:_:_:)``.
    mutating func enter(
        _ table: inout RequestTable, _ rule: Admission, _ measures: inout ReplayMeasures
    ) {
        while !line.isEmpty {
            let row = Int(line.first)
            let need = rule.need(row, table)
            guard let worker = worker(for: need, rule) else { break }
            _ = line.removeFirst(&table)
            reservedInLine -= need
            guard table[row].arrival + rule.patience >= clock else {
                promptTokens -= Double(table[row].prefill)
                measures.abandoned(row, table)
                table.remove(row)
                continue
            }
            table[row].worker = Int32(truncatingIfNeeded: worker)
            table[row].began = clock
            counts[worker] += 1
            loads[worker] += Double(table[row].prefill)
            tokens += Double(table[row].prefill)
            reserved[worker / rows] += need
            openReserved += need
            openPresent += 1
            batch[worker % rows] += 1
            present += 1
            ends.insert(row, end: step + rule.steps(row, table), after: step, &table)
            measures.entered(row, at: clock, table)
            if !rule.afterPrefill { entered.append(Int32(truncatingIfNeeded: row)) }
        }
    }
}

extension ReplayBundle {
    // MARK: Times

    /// Works out the lines from the loads.
    private mutating func refresh() {
        attentionTime = 0
        attentionGrowth = 0
        longest = present > 0 ? (ends.next(after: step) ?? step) - step : 0
        let instances = Double(presentInstances)
        ffnTime = 0
        linkTime = 0
        guard present > 0 else { return }
        if shape.microbatches == nil {
            lines.reset(count: counts.count)
            let (ffn, communication) = shared(batch[0], instances)
            ffnTime = ffn
            linkTime = communication
            lines.floor = max(ffn, communication)
            for worker in refreshVectors()..<counts.count where counts[worker] > 0 {
                let (value, slope) = attention(worker)
                lines.set(worker, value: value, slope: slope)
                attentionTime += value
                attentionGrowth += slope
            }
        } else {
            refreshRound(instances)
        }
    }

    /// Sets the lines of as many workers as make whole vectors, where t_A is one line; returns how many these are.
    private mutating func refreshVectors() -> Int {
        guard let line = shape.attention.line else { return 0 }
        let vectors = counts.count / 4
        var (values, slopes) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        for vector in 0..<vectors {
            let first = 4 * vector
            let requests = SIMD4(
                Double(counts[first]), Double(counts[first + 1]), Double(counts[first + 2]), Double(counts[first + 3]))
            let tokens = SIMD4(loads[first], loads[first + 1], loads[first + 2], loads[first + 3])
            let value = line.alpha * tokens + line.beta
            let slope = line.alpha * requests
            let isEmpty = requests .== 0
            lines.set(
                vector: vector, values: value.replacing(with: -.infinity, where: isEmpty),
                slopes: slope.replacing(with: 0, where: isEmpty))
            values += value.replacing(with: 0, where: isEmpty)
            slopes += slope.replacing(with: 0, where: isEmpty)
        }
        attentionTime = values.sum()
        attentionGrowth = slopes.sum()
        return 4 * vectors
    }

    private mutating func refreshRound(_ instances: Double) {
        let columns = counts.count / rows
        lines.reset(count: columns + counts.count)
        var sums = (ffn: 0.0, out: 0.0, back: 0.0)
        for row in 0..<rows where batch[row] > 0 {
            let (ffn, communication) = shared(batch[row], instances)
            let link = shape.link.directions(ratio: ratio(instances), requests: Double(batch[row]) / instances)
            sums.ffn += ffn
            sums.out += link.out
            sums.back += link.back
            for column in 0..<columns where counts[column * rows + row] > 0 {
                let worker = column * rows + row
                let (value, slope) = attention(worker)
                lines.set(columns + worker, value: value + ffn + communication, slope: slope)
            }
        }
        for column in 0..<columns {
            var (value, slope) = (0.0, 0.0)
            for worker in (column * rows)..<((column + 1) * rows) where counts[worker] > 0 {
                let line = attention(worker)
                value += line.value
                slope += line.slope
            }
            guard value > 0 || slope > 0 else { continue }
            lines.set(column, value: value, slope: slope)
            attentionTime += value
            attentionGrowth += slope
        }
        ffnTime = sums.ffn
        linkTime = max(sums.out, sums.back)
        lines.floor = max(sums.ffn, sums.out, sums.back)
    }

    /// Attention instances for each FFN instance.
    private func ratio(_ instances: Double) -> Double { instances / Double(shape.ffnInstances) }

    /// t_F and t_C of a microbatch of `requests` requests on all instances.
    private func shared(_ requests: Int, _ instances: Double) -> (ffn: Double, communication: Double) {
        let (ratio, each) = (ratio(instances), Double(requests) / instances)
        return (
            shape.stages.ffnTime(ratio: ratio, requests: each),
            shape.link.time(ratio: ratio, requests: each)
        )
    }

    /// t_A of a worker at the next step, and what it grows by a step; the stretch ends where it grows otherwise.
    private mutating func attention(_ worker: Int) -> (value: Double, slope: Double) {
        let requests = Double(counts[worker])
        if let line = shape.attention.line {
            return (line.alpha * loads[worker] + line.beta, line.alpha * requests)
        }
        let (value, slope, end) = shape.attention.piece(at: loads[worker], requests: counts[worker])
        let steps = ((end - loads[worker]) / requests).rounded(.up)
        if steps < Double(longest) { longest = max(1, Int(steps)) }
        return (value, slope * requests)
    }

    /// Plans the next event: something changes by itself, or the first end of a step at or after `time`.
    private mutating func plan(until time: Double) {
        guard present > 0, longest > 0 else {
            planned = .infinity
            plannedSteps = 0
            return
        }
        (plannedSteps, planned) = lines.walk(from: clock, atMost: longest, until: time)
    }
}
