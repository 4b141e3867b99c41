@testable import Simulation
@testable import Sizing

/// A replay request by request and step by step, as slow and obvious as it can be made: every bundle makes every step, and every
/// time is worked out from the requests that are there.
struct ReplayReference {
    struct Request {
        var row: ReplayRequest
        var number: Int
        var arrival: Double
        var ready = 0.0
        var firstToken = 0.0
        var began = 0.0
        /// Tokens decoded in the bundle.
        var age = 0
        var worker = 0
    }

    struct Instance {
        var state = "open"
        /// Requests of each microbatch.
        var rows: [[Request]]
        var present: Int { rows.reduce(0) { $0 + $1.count } }
    }

    struct Bundle {
        var state = "open"
        var instances: [Instance]
        var line: [Request] = []
        /// When the current step ends; nil where there is none.
        var stepEnd: Double?
        var entered: [Int] = []
        var present: Int { instances.reduce(0) { $0 + $1.present } }
    }

    struct Server {
        var state = "open"
        var line: [Request] = []
        var serving: Request?
        var end = Double.infinity
        var began = 0.0
    }

    let deployment: ReplayDeployment
    let key: StreamKey
    var schedule: [(time: Double, sizes: PoolSizes)]
    var arrivals: [ReplayRequest]

    var time = 0.0
    var number = 0
    var bundles: [Bundle] = []
    var central: [Request] = []
    var servers: [Server] = []
    var prompts: [Request] = []
    var transit: [(time: Double, request: Request)] = []
    var linkFree = 0.0
    var turn = 0
    var prefillTurn = 0
    var starting: (prefill: [Double], decode: [Double]) = ([], [])
    var opened: PoolSizes
    var completions: [ReplayCompletion] = []
    var abandoned = 0
    var rejected = 0

    var shape: ReplayBundleShape { deployment.shape }
    var m: Int { shape.microbatches ?? 1 }
    var isCentral: Bool { deployment.routing == .leastLoaded || deployment.routing == .leastKV }
    var patience: Double { deployment.patience * 1e6 }

    init(
        _ deployment: ReplayDeployment, _ arrivals: [ReplayRequest], key: StreamKey,
        schedule: [(time: Double, sizes: PoolSizes)] = []
    ) {
        self.deployment = deployment
        self.arrivals = arrivals
        self.key = key
        self.schedule = schedule
        opened = deployment.sizes
        for _ in 0..<deployment.bundles { bundles.append(newBundle()) }
        if deployment.service != nil {
            servers = (0..<deployment.prefillInstances).map { _ in Server() }
        }
    }

    func newInstance() -> Instance { Instance(rows: Array(repeating: [], count: m)) }
    func newBundle() -> Bundle {
        Bundle(instances: (0..<shape.attentionInstances).map { _ in newInstance() })
    }
    func steps(_ request: Request) -> Int { request.row.decode - (deployment.service == nil ? 0 : 1) }
    func need(_ request: Request) -> Double { Double(request.row.prefill + steps(request)) }
    func load(_ requests: [Request]) -> Double { requests.reduce(0) { $0 + Double($1.row.prefill + $1.age) } }
    func reserved(_ instance: Instance) -> Double { instance.rows.joined().reduce(0) { $0 + need($1) } }
}

extension ReplayReference {
    mutating func run() {
        while true {
            let present =
                central.count + prompts.count + transit.count
                + servers.reduce(0) { $0 + $1.line.count + ($1.serving == nil ? 0 : 1) }
                + bundles.reduce(0) { $0 + $1.present + $1.line.count }
            guard !arrivals.isEmpty || present > 0 else { return }
            let arrival = arrivals.first.map { $0.arrival * 1e6 } ?? .infinity
            let prompt = servers.map(\.end).min() ?? .infinity
            let cache = transit.map(\.time).min() ?? .infinity
            let step = bundles.indices.map { boundary($0) }.min() ?? .infinity
            let ready = min(starting.prefill.min() ?? .infinity, starting.decode.min() ?? .infinity)
            let tick = schedule.first.map { $0.time * 1e6 } ?? .infinity
            let next = [arrival, prompt, cache, step, ready, tick].min() ?? .infinity
            guard next < .infinity else { return }
            time = max(time, next)
            if ready == next {
                opened.prefill += starting.prefill.count { $0 <= time }
                opened.decode += starting.decode.count { $0 <= time }
                starting.prefill.removeAll { $0 <= time }
                starting.decode.removeAll { $0 <= time }
                resize()
            } else if arrival == next {
                arrive()
            } else if prompt == next {
                finishPrompt(servers.firstIndex { $0.end == prompt }!)
            } else if cache == next {
                let index = transit.indices.min {
                    (transit[$0].time, transit[$0].request.number) < (transit[$1].time, transit[$1].request.number)
                }!
                decode(transit.remove(at: index).request)
            } else if step == next {
                stepEnds(bundles.indices.first { boundary($0) == step }!)
            } else {
                let sizes = schedule.removeFirst().sizes
                if deployment.service != nil {
                    (starting.prefill, opened.prefill) = ask(sizes.prefill, starting.prefill, opened.prefill)
                }
                (starting.decode, opened.decode) = ask(sizes.decode, starting.decode, opened.decode)
                resize()
            }
        }
    }

    /// When the bundle's step ends; at once where it has none and the first of its line fits.
    func boundary(_ index: Int) -> Double {
        if let end = bundles[index].stepEnd { return end }
        guard let first = bundles[index].line.first, worker(for: first, in: bundles[index]) != nil else {
            return .infinity
        }
        return time
    }

    mutating func arrive() {
        let row = arrivals.removeFirst()
        let request = Request(row: row, number: number, arrival: row.arrival * 1e6)
        number += 1
        let waiting =
            deployment.service == nil
            ? central.count + bundles.reduce(0) { $0 + $1.line.count }
            : prompts.count + servers.reduce(0) { $0 + $1.line.count }
        guard waiting < deployment.queueLimit,
            Double(row.prefill + row.decode) <= shape.tokenCapacity ?? .infinity
        else {
            rejected += 1
            return
        }
        if deployment.service == nil { decode(request) } else { prefill(request) }
    }

    // MARK: Prefill

    mutating func prefill(_ request: Request) {
        if isCentral {
            prompts.append(request)
        } else {
            let open = servers.indices.filter { servers[$0].state == "open" }
            var generator = key.child(1).child(request.number).generator
            let position =
                deployment.routing == .random ? generator.below(open.count) : prefillTurn % open.count
            prefillTurn += 1
            servers[open[position]].line.append(request)
        }
        serve()
    }

    mutating func serve() {
        for index in servers.indices {
            while servers[index].serving == nil, servers[index].state == "open" {
                var request: Request
                if isCentral, !prompts.isEmpty {
                    request = prompts.removeFirst()
                } else if !servers[index].line.isEmpty {
                    request = servers[index].line.removeFirst()
                } else {
                    break
                }
                if request.arrival + patience < time {
                    abandoned += 1
                    continue
                }
                request.began = time
                servers[index].serving = request
                servers[index].began = time
                servers[index].end = time + deployment.service!.prefill(request.row.prefill, request.row.cached)
            }
        }
    }

    mutating func finishPrompt(_ index: Int) {
        var request = servers[index].serving!
        let duration = servers[index].end - servers[index].began
        servers[index].serving = nil
        servers[index].end = .infinity
        if servers[index].state == "draining" { servers[index].state = "gone" }
        serve()
        request.firstToken = time
        if request.row.decode == 1 {
            completions.append(
                ReplayCompletion(
                    number: request.number, arrival: request.arrival, firstToken: time, ready: request.arrival,
                    began: request.arrival, end: time))
            return
        }
        var ready = time
        if let way = deployment.service?.transfer?(request.row.prefill, duration) {
            linkFree = max(max(linkFree, time - way.head) + way.busy, time + way.least)
            ready = linkFree + way.delay
        }
        request.ready = ready
        if ready > time { transit.append((ready, request)) } else { decode(request) }
    }

    // MARK: Decode

    mutating func decode(_ request: Request) {
        var request = request
        request.ready = time
        if isCentral {
            central.append(request)
            if central.count == 1 { drain() }
        } else {
            let index = choose(request)
            bundles[index].line.append(request)
        }
    }

    mutating func choose(_ request: Request) -> Int {
        let open = bundles.indices.filter { bundles[$0].state == "open" }
        var generator = key.child(0).child(request.number).generator
        let position = deployment.routing == .random ? generator.below(open.count) : turn % open.count
        turn += 1
        return open[position]
    }

    mutating func drain() {
        while let first = central.first {
            let able = bundles.indices.filter { hasRoom(bundles[$0], for: first) }
            guard !able.isEmpty else { return }
            central.removeFirst()
            if first.arrival + patience < time {
                abandoned += 1
                continue
            }
            func weight(_ bundle: Bundle) -> Double {
                let slots = Double(bundle.instances.count { $0.state == "open" })
                guard deployment.routing == .leastKV else {
                    return Double(bundle.present + bundle.line.count) / slots
                }
                let all = bundle.instances.flatMap { $0.rows.joined() } + bundle.line
                return all.reduce(0) { $0 + Double($1.row.prefill) } / slots
            }
            let best = able.min { weight(bundles[$0]) < weight(bundles[$1]) }!
            bundles[best].line.append(first)
        }
    }

    func hasRoom(_ bundle: Bundle, for request: Request) -> Bool {
        guard bundle.state == "open" else { return false }
        let open = bundle.instances.filter { $0.state == "open" }
        let taken = open.reduce(bundle.line.count) { $0 + $1.present }
        guard taken < open.count * m * shape.batchSize else { return false }
        guard let capacity = shape.tokenCapacity else { return true }
        let held = open.reduce(0) { $0 + reserved($1) } + bundle.line.reduce(0) { $0 + need($1) }
        return held + need(request) <= capacity * Double(open.count)
    }

    func worker(for request: Request, in bundle: Bundle) -> (instance: Int, row: Int)? {
        var best: (instance: Int, row: Int)?
        var least = Double.infinity
        for (index, instance) in bundle.instances.enumerated() where instance.state == "open" {
            if let capacity = shape.tokenCapacity, reserved(instance) + need(request) > capacity { continue }
            for row in 0..<m where instance.rows[row].count < shape.batchSize {
                let weight =
                    deployment.routing == .leastKV ? load(instance.rows[row]) : Double(instance.rows[row].count)
                if weight < least { (best, least) = ((index, row), weight) }
            }
        }
        return best
    }

    mutating func stepEnds(_ index: Int) {
        if bundles[index].stepEnd != nil {
            for instance in bundles[index].instances.indices {
                for row in 0..<m {
                    for slot in bundles[index].instances[instance].rows[row].indices {
                        bundles[index].instances[instance].rows[row][slot].age += 1
                        if bundles[index].instances[instance].rows[row][slot].firstToken == 0 {
                            bundles[index].instances[instance].rows[row][slot].firstToken = time
                        }
                    }
                    for request in bundles[index].instances[instance].rows[row] where request.age == steps(request) {
                        completions.append(
                            ReplayCompletion(
                                number: request.number, arrival: request.arrival, firstToken: request.firstToken,
                                ready: request.ready, began: request.began, end: time))
                    }
                    let left = bundles[index].instances[instance].rows[row].filter { $0.age < steps($0) }
                    bundles[index].instances[instance].rows[row] = left
                }
                if bundles[index].instances[instance].state == "draining",
                    bundles[index].instances[instance].present == 0
                {
                    bundles[index].instances[instance].state = "gone"
                }
            }
        }
        var more = true
        while more {
            drain()
            more = enter(index)
        }
        bundles[index].stepEnd = bundles[index].present > 0 ? time + duration(bundles[index]) : nil
        if bundles[index].state == "draining", bundles[index].present == 0 { bundles[index].state = "gone" }
    }

    /// Whether anybody entered or left.
    mutating func enter(_ index: Int) -> Bool {
        var changed = false
        while let first = bundles[index].line.first, let place = worker(for: first, in: bundles[index]) {
            var request = bundles[index].line.removeFirst()
            changed = true
            if request.arrival + patience < time {
                abandoned += 1
                continue
            }
            request.began = time
            bundles[index].instances[place.instance].rows[place.row].append(request)
        }
        return changed
    }

    /// Of the next step of all that are in slots.
    func duration(_ bundle: Bundle) -> Double {
        let present = bundle.instances.filter { $0.state != "gone" }
        let x = Double(present.count)
        let stages = shape.stages
        let y = Double(shape.ffnInstances)
        func time(_ row: [Request]) -> Double {
            row.isEmpty ? 0 : shape.attention.piece(at: load(row), requests: row.count).value
        }
        var ffn = 0.0
        var communication = 0.0
        var out = 0.0
        var back = 0.0
        var round = 0.0
        for row in 0..<m {
            let requests = Double(present.reduce(0) { $0 + $1.rows[row].count })
            guard requests > 0 else { continue }
            let f = stages.ffn.latency(at: requests / y)
            let linkLoad = stages.communicationLoad == .attentionBatch ? requests / x : requests / y
            let c = stages.communication.latency(at: linkLoad)
            let transfer = stages.linkTimes(ratio: x / y, requests: requests / x)
            ffn += f
            communication += c
            out += transfer.out
            back += transfer.back
            round = max(round, present.map { time($0.rows[row]) }.max()! + f + c)
        }
        let attention = present.map { $0.rows.reduce(0) { $0 + time($1) } }.max() ?? 0
        if shape.microbatches == nil { return max(attention, ffn, communication) }
        return max(attention, ffn, out, back, round)
    }

    // MARK: Sizes

    func ask(_ count: Int, _ starting: [Double], _ open: Int) -> ([Double], Int) {
        var (starting, open) = (starting, open)
        while open + starting.count > count, !starting.isEmpty { starting.removeLast() }
        open = min(open, count)
        while open + starting.count < count {
            if deployment.startDelay > 0 {
                starting.append(time + deployment.startDelay * 1e6)
            } else {
                open += 1
            }
        }
        return (starting, open)
    }

    mutating func resize() {
        if deployment.service != nil { resizePrefill() }
        if deployment.scalesInstances {
            for index in bundles.indices {
                let share =
                    opened.decode / bundles.count + (index < opened.decode % bundles.count ? 1 : 0)
                resizeInstances(of: index, to: share)
            }
        } else {
            resizeBundles()
        }
        drain()
    }

    mutating func resizePrefill() {
        while servers.count(where: { $0.state == "open" }) < opened.prefill {
            if let index = servers.firstIndex(where: { $0.state == "gone" }) {
                servers[index] = Server()
            } else {
                servers.append(Server())
            }
        }
        var homeless: [Request] = []
        while servers.count(where: { $0.state == "open" }) > opened.prefill {
            let open = servers.indices.filter { servers[$0].state == "open" }
            let index = open.last { servers[$0].serving == nil && servers[$0].line.isEmpty } ?? open.last!
            servers[index].state = servers[index].serving == nil ? "gone" : "draining"
        }
        for index in servers.indices where servers[index].state != "open" {
            homeless += servers[index].line
            servers[index].line = []
        }
        for request in homeless { prefill(request) }
        serve()
    }

    mutating func resizeBundles() {
        while bundles.count(where: { $0.state == "open" }) < opened.decode {
            if let index = bundles.firstIndex(where: { $0.state == "gone" }) {
                bundles[index] = newBundle()
            } else {
                bundles.append(newBundle())
            }
        }
        while bundles.count(where: { $0.state == "open" }) > opened.decode {
            let open = bundles.indices.filter { bundles[$0].state == "open" }
            func committed(_ index: Int) -> Int { bundles[index].present + bundles[index].line.count }
            let least = open.map(committed).min()!
            let index = open.last { committed($0) == least }!
            let line = bundles[index].line
            bundles[index].line = []
            bundles[index].state = bundles[index].present == 0 ? "gone" : "draining"
            if isCentral {
                central = line + central
            } else {
                for request in line {
                    let index = choose(request)
                    bundles[index].line.append(request)
                }
            }
        }
    }

    mutating func resizeInstances(of bundle: Int, to count: Int) {
        func open() -> [Int] {
            bundles[bundle].instances.indices.filter { bundles[bundle].instances[$0].state == "open" }
        }
        while open().count < count {
            if let index = bundles[bundle].instances.firstIndex(where: { $0.state == "gone" }) {
                bundles[bundle].instances[index] = newInstance()
            } else {
                bundles[bundle].instances.append(newInstance())
            }
        }
        while open().count > count {
            let least = open().map { bundles[bundle].instances[$0].present }.min()!
            let index = open().last { bundles[bundle].instances[$0].present == least }!
            bundles[bundle].instances[index].state = least == 0 ? "gone" : "draining"
        }
    }
}
