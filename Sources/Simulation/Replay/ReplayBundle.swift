/// One bundle at work: the requests in its slots, those in its line, and its next event.
///
/// A worker is one microbatch of one Attention instance; worker = instance · m + microbatch.
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
    private var workers: WorkerLoads
    /// Tokens that the requests of each instance will hold at their ends.
    private var reserved: [Double] = []
    /// Requests of each microbatch.
    private var batch: [Int]
    private var times = StepTimes()
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

    init(_ shape: ReplayBundleShape, instances: Int) {
        self.shape = shape
        rows = shape.rows
        workers = WorkerLoads(shape.attention)
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
                workers.append(rows)
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
        for row in 0..<rows { sum += workers.requests(of: instance * rows + row) }
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

    /// Whether a request could enter now.
    @inline(__always)
    private func canEnter(_ need: Double, _ rule: Admission) -> Bool {
        guard openPresent < slots else { return false }
        return shape.tokenCapacity == nil || worker(for: need, rule) != nil
    }

    /// The worker that a request goes to, or nil where it has to wait. In place: else the whole bundle is copied for the call.
    @inline(__always)
    private func worker(for need: Double, _ rule: Admission) -> Int? {
        guard openPresent < slots else { return nil }
        if !rule.byTokens, openInstances == instances.count {
            // The most usual case: the first of those with the fewest requests has room.
            let worker = workers.least()
            guard let capacity = shape.tokenCapacity else { return worker }
            if reserved[worker / rows] + need <= capacity { return worker }
        }
        return workerWithRoom(for: need, rule)
    }

    /// The same, of open instances with memory for `need` tokens alone.
    private func workerWithRoom(for need: Double, _ rule: Admission) -> Int? {
        var chosen = -1
        var least = Double.infinity
        for (instance, state) in instances.enumerated() where state == .open {
            if let capacity = shape.tokenCapacity, reserved[instance] + need > capacity { continue }
            for worker in (instance * rows)..<((instance + 1) * rows)
            where workers.requests(of: worker) < shape.batchSize {
                let weight = rule.byTokens ? workers.tokens(of: worker) : Double(workers.requests(of: worker))
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
    mutating func endEvent(
        _ table: inout RequestTable, _ rule: Admission, _ measures: inout ReplayMeasures, _ shared: inout SharedTimes
    ) {
        isAtEndOfStep = false
        refresh(&shared)
        plan(until: .infinity)
        if !rule.afterPrefill, !entered.isEmpty {
            let time = clock + times.first
            for row in entered { measures.firstToken(Int(row), at: time, &table) }
        }
        entered.removeAll(keepingCapacity: true)
    }

    /// The steps until the planned event.
    private mutating func advance() {
        let steps = Double(plannedSteps)
        if plannedSteps > 0 {
            busy.attention += times.attention * steps + times.attentionGrowth * (steps * (steps - 1) * 0.5)
            busy.ffn += times.ffn * steps
            busy.communication += times.link * steps
            busy.generated += steps * Double(present)
            if present > 0 {
                let elapsed = planned - clock
                busy.requests += elapsed * Double(present)
                busy.tokens += elapsed * (tokens + 0.5 * steps * Double(present))
                busy.active += elapsed
                tokens += steps * Double(present)
            }
            workers.advance(steps)
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
        workers.add(requests: -1, tokens: -need, to: worker)
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
            workers.add(requests: 1, tokens: Double(table[row].prefill), to: worker)
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

    /// Works out what the next steps take.
    private mutating func refresh(_ shared: inout SharedTimes) {
        longest = 0
        guard present > 0 else { return }
        if shape.microbatches == nil {
            times.refresh(&workers, requests: present, instances: presentInstances, &shared)
        } else {
            times.refresh(&workers, batch: batch, instances: presentInstances, &shared)
        }
        longest = (ends.next(after: step) ?? step) - step
        if times.mostSteps < Double(longest) { longest = max(1, Int(times.mostSteps)) }
    }

    /// Plans the next event: something changes by itself, or the first end of a step at or after `time`.
    private mutating func plan(until time: Double) {
        guard present > 0, longest > 0 else {
            planned = .infinity
            plannedSteps = 0
            return
        }
        (plannedSteps, planned) = times.walk(from: clock, atMost: longest, until: time)
    }
}
