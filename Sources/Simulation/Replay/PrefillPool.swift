/// Prefill instances, each of which serves one prompt after another, and the prompts that wait.
struct PrefillPool {
    private let service: @Sendable (Int, Int) -> Double
    private let patience: Double
    private let routing: ReplayRouting
    private var blind: BlindRouting
    private var states: [MemberState] = []
    /// The row that an instance serves; −1 where it is idle.
    private var serving: [Int32] = []
    private var began: [Double] = []
    /// Whether an instance is in `idle`.
    private var isListed: [Bool] = []
    /// Idle instances, and perhaps others.
    private var idle = EventHeap<Int>()
    /// When each instance is done.
    private var ends = MinimumTree()
    private var central = RequestLine()
    private var lines: [RequestLine] = []
    private(set) var open = 0
    private(set) var present = 0
    private(set) var waiting = 0
    private(set) var peakWaiting = 0
    /// Instance-microseconds of work that has ended.
    private(set) var busy = 0.0

    /// - Parameters:
    ///   - service: t_P of a prompt of so many tokens, so many of them cached, microseconds.
    ///   - patience: how long from its arrival on a client waits, microseconds.
    init(
        _ count: Int, service: @escaping @Sendable (Int, Int) -> Double, patience: Double, routing: ReplayRouting,
        key: StreamKey
    ) {
        self.service = service
        self.patience = patience
        self.routing = routing
        blind = BlindRouting(routing, key: key)
        setOpen(count)
    }

    /// When the next prompt is done; ∞ where none is served.
    var next: Double { ends.least }

    /// Instance-microseconds of work until `time`.
    func busy(until time: Double) -> Double {
        var sum = busy
        for index in serving.indices where serving[index] >= 0 { sum += time - began[index] }
        return sum
    }

    /// Opens instances, or drains them: idle ones first, of equals the last.
    private mutating func setOpen(_ count: Int) {
        while open < count {
            let index = states.firstIndex(of: .gone) ?? states.count
            if index == states.count {
                states.append(.open)
                serving.append(-1)
                began.append(0)
                isListed.append(false)
                lines.append(RequestLine())
            } else {
                states[index] = .open
            }
            list(index)
            open += 1
            present += 1
        }
        while open > count {
            let index =
                states.indices.last { states[$0] == .open && serving[$0] < 0 && lines[$0].isEmpty }
                ?? states.lastIndex(of: .open) ?? 0
            states[index] = .draining
            open -= 1
            if serving[index] < 0 { remove(index) }
        }
    }

    private mutating func remove(_ index: Int) {
        states[index] = .gone
        present -= 1
    }

    private mutating func list(_ index: Int) {
        guard !isListed[index] else { return }
        isListed[index] = true
        idle.insert(index, 0)
    }

    /// The first idle open instance.
    private mutating func takeIdle() -> Int? {
        while let (index, _) = idle.first {
            if states[index] == .open, serving[index] < 0 { return index }
            _ = idle.removeFirst()
            isListed[index] = false
        }
        return nil
    }

    /// Changes the number of instances that take prompts; those that wait for one that is drained are sent elsewhere.
    mutating func setOpen(
        _ count: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        guard count != open else { return }
        setOpen(count)
        for index in states.indices where states[index] != .open && !lines[index].isEmpty {
            var line = lines[index]
            lines[index] = RequestLine()
            while !line.isEmpty {
                let row = line.removeFirst(&table)
                waiting -= 1
                add(row, at: time, &table, &measures)
            }
        }
        serve(at: time, &table, &measures)
    }

    /// A prompt comes.
    mutating func add(
        _ row: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        waiting += 1
        if routing.isCentral {
            central.append(row, &table)
            if central.count == 1 { serve(at: time, &table, &measures) }
        } else {
            let index = blind.member(for: table[row].number, states, open: open)
            lines[index].append(row, &table)
            if serving[index] < 0 { serve(index, at: time, &table, &measures) }
        }
        peakWaiting = max(peakWaiting, waiting)
    }

    /// Gives those that wait in the one line to idle instances.
    private mutating func serve(
        at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        while !central.isEmpty, let index = takeIdle() {
            let row = central.removeFirst(&table)
            begin(row, on: index, at: time, &table, &measures)
        }
    }

    /// Gives the next of its own line to an idle instance.
    private mutating func serve(
        _ index: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        while !lines[index].isEmpty, serving[index] < 0 {
            let row = lines[index].removeFirst(&table)
            begin(row, on: index, at: time, &table, &measures)
        }
    }

    private mutating func begin(
        _ row: Int, on index: Int, at time: Double, _ table: inout RequestTable,
        _ measures: inout ReplayMeasures
    ) {
        waiting -= 1
        guard table[row].arrival + patience >= time else {
            measures.abandoned(row, table, fromSlots: false)
            table.remove(row)
            return
        }
        measures.beganPrefill(row, at: time, table)
        let duration = service(Int(table[row].prefill), Int(table[row].cached))
        serving[index] = Int32(truncatingIfNeeded: row)
        began[index] = time
        ends.set(index, to: time + duration)
    }

    /// The prompt that is done next is done; returns its row, and how long it took.
    mutating func finish(
        _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) -> (row: Int, duration: Double) {
        let index = ends.position
        let time = ends.least
        let row = Int(serving[index])
        let duration = time - began[index]
        busy += duration
        serving[index] = -1
        ends.set(index, to: .infinity)
        if states[index] == .draining {
            remove(index)
        } else if routing.isCentral {
            list(index)
            serve(at: time, &table, &measures)
        } else {
            serve(index, at: time, &table, &measures)
        }
        return (row, duration)
    }
}
