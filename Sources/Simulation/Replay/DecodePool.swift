/// The bundles of a deployment, and the requests that wait for them.
struct DecodePool {
    private let shape: ReplayBundleShape
    private let routing: ReplayRouting
    private let rule: ReplayBundle.Admission
    private var blind: BlindRouting
    /// Whether single Attention instances come and go, the bundles staying.
    private let scalesInstances: Bool
    private var bundles: [ReplayBundle] = []
    private var states: [MemberState] = []
    /// The next event of each bundle.
    private var events = MinimumTree()
    private var central = RequestLine()
    private var openBundles = 0
    /// Attention instances that hold requests or take them, and bundles that are not gone.
    private(set) var attentionInstances = 0
    private(set) var presentBundles = 0
    private var shared: SharedTimes
    /// What bundles worked that are gone.
    private var retired = ReplayBundle.StageTimes()

    /// - Parameters:
    ///   - bundles: how many there are.
    ///   - scalesInstances: whether sizes count Attention instances.
    init(
        _ shape: ReplayBundleShape, bundles count: Int, routing: ReplayRouting, rule: ReplayBundle.Admission,
        scalesInstances: Bool, key: StreamKey
    ) {
        self.shape = shape
        shared = SharedTimes(shape)
        self.routing = routing
        self.rule = rule
        self.scalesInstances = scalesInstances
        blind = BlindRouting(routing, key: key)
        for _ in 0..<count { open() }
    }

    /// When something happens next by itself; ∞ where nothing does.
    var next: Double { events.least }

    // MARK: What there is

    var inSlots: Int { bundles.reduce(0) { $0 + $1.present } }

    /// What all bundles have worked until their last events, and what those that work on have held until `time`.
    func busy(until time: Double) -> ReplayBundle.StageTimes {
        var sum = retired
        for bundle in bundles {
            sum.add(bundle.busy)
            guard bundle.present > 0, time > bundle.clock else { continue }
            sum.requests += (time - bundle.clock) * Double(bundle.present)
            sum.tokens += (time - bundle.clock) * bundle.tokens
        }
        return sum
    }

    // MARK: Requests

    /// A request is ready to be decoded.
    mutating func add(_ row: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures) {
        measures.beganWaiting()
        route(row, at: time, &table, &measures)
    }

    private mutating func route(
        _ row: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        if routing.isCentral {
            central.append(row, &table)
            if central.count == 1 { drain(at: time, &table, &measures) }
        } else {
            give(row, to: member(for: row, table), at: time, &table)
        }
    }

    private mutating func member(for row: Int, _ table: RequestTable) -> Int {
        blind.member(for: table[row].number, states, open: openBundles)
    }

    private mutating func give(_ row: Int, to index: Int, at time: Double, _ table: inout RequestTable) {
        bundles[index].append(row, at: time, &table, rule)
        events.set(index, to: bundles[index].planned)
    }

    /// Gives those that wait in the one line to bundles that have room, in their order.
    private mutating func drain(at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures) {
        while !central.isEmpty {
            let row = Int(central.first)
            guard let index = bundleWithRoom(for: rule.need(row, table)) else { return }
            _ = central.removeFirst(&table)
            guard table[row].arrival + rule.patience >= time else {
                measures.abandoned(row, table)
                table.remove(row)
                continue
            }
            give(row, to: index, at: time, &table)
        }
    }

    /// The open bundle that has room and the least for each of its slots; the first of equals.
    private func bundleWithRoom(for need: Double) -> Int? {
        var chosen: Int?
        var (least, slots) = (0.0, 0.0)
        // Looked at in place: a bundle is long to copy.
        let bundles = bundles.span
        for index in bundles.indices where states[index] == .open && bundles[index].hasRoom(for: need) {
            let load =
                routing == .leastKV ? bundles[index].promptTokens : Double(bundles[index].committed)
            let count = Double(bundles[index].slots)
            guard chosen == nil || load * slots < least * count else { continue }
            (chosen, least, slots) = (index, load, count)
        }
        return chosen
    }

    /// The event at ``next``.
    mutating func happen(_ table: inout RequestTable, _ measures: inout ReplayMeasures) {
        let index = events.position
        let time = events.least
        let instances = bundles[index].presentInstances
        bundles[index].beginEvent(&table, rule, &measures)
        repeat {
            drain(at: time, &table, &measures)
            bundles[index].enter(&table, rule, &measures)
        } while !central.isEmpty && bundleWithRoom(for: rule.need(Int(central.first), table)) != nil
        bundles[index].endEvent(&table, rule, &measures, &shared)
        attentionInstances += bundles[index].presentInstances - instances
        if states[index] == .draining, bundles[index].present == 0 { retire(index) }
        events.set(index, to: bundles[index].planned)
    }
}

extension DecodePool {
    // MARK: Sizes

    /// Changes the number of bundles, or of Attention instances, that take requests.
    mutating func setOpen(
        _ count: Int, at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        if scalesInstances {
            setInstances(count, at: time, table)
        } else {
            while openBundles < count { open() }
            while openBundles > count { drainOne(at: time, &table, &measures) }
        }
        drain(at: time, &table, &measures)
    }

    private mutating func open() {
        openBundles += 1
        presentBundles += 1
        attentionInstances += shape.attentionInstances
        let bundle = ReplayBundle(shape, instances: shape.attentionInstances)
        if let index = states.firstIndex(of: .gone) {
            bundles[index] = bundle
            states[index] = .open
        } else {
            bundles.append(bundle)
            states.append(.open)
        }
    }

    /// Lets the open bundle with the fewest requests drain, of equals the last; those in its line go elsewhere.
    private mutating func drainOne(
        at time: Double, _ table: inout RequestTable, _ measures: inout ReplayMeasures
    ) {
        var chosen = -1
        for index in bundles.indices where states[index] == .open {
            if chosen < 0 || bundles[index].committed <= bundles[chosen].committed { chosen = index }
        }
        states[chosen] = .draining
        openBundles -= 1
        var line = bundles[chosen].takeLine(table)
        if bundles[chosen].present == 0 { retire(chosen) }
        events.set(chosen, to: bundles[chosen].planned)
        if routing.isCentral {
            central.prepend(line, &table)
        } else {
            while !line.isEmpty {
                let row = line.removeFirst(&table)
                give(row, to: member(for: row, table), at: time, &table)
            }
        }
    }

    private mutating func retire(_ index: Int) {
        states[index] = .gone
        presentBundles -= 1
        attentionInstances -= bundles[index].presentInstances
        retired.add(bundles[index].busy)
        bundles[index] = ReplayBundle(shape, instances: 0)
    }

    /// Spreads `count` Attention instances evenly over the bundles, the first ones taking what is left over.
    private mutating func setInstances(_ count: Int, at time: Double, _ table: RequestTable) {
        for index in bundles.indices {
            let share = count / bundles.count + (index < count % bundles.count ? 1 : 0)
            let instances = bundles[index].presentInstances
            bundles[index].setOpen(share, at: time, table, rule)
            attentionInstances += bundles[index].presentInstances - instances
            events.set(index, to: bundles[index].planned)
        }
    }
}
