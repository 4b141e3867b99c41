import Testing

@testable import Simulation
@testable import Sizing

@Suite("Parts of the replay")
struct ReplayPartsTests {
    @Test("a stretch of steps comes to what its steps come to")
    func stretches() {
        var generator = StreamKey(seed: 3).generator
        for _ in 0..<400 {
            let count = 1 + generator.below(9)
            var lines = StretchLines()
            var plain: [(value: Double, slope: Double)] = []
            lines.reset(count: count)
            for index in 0..<count where generator.below(5) > 0 {
                let line = (value: Double(generator.below(100)), slope: Double(generator.below(4)))
                plain.append(line)
                lines.set(index, value: line.value, slope: line.slope)
            }
            lines.floor = Double(generator.below(150))
            let limit = 1 + generator.below(200)
            let until = generator.below(3) == 0 ? .infinity : Double(generator.below(20_000))
            var time = 5.0
            var steps = 0
            repeat {
                let step = plain.map { $0.value + $0.slope * Double(steps) }.max() ?? 0
                time += max(lines.floor, step)
                steps += 1
            } while steps < limit && time < until
            // Whole numbers: exactly equal.
            let (walked, end) = lines.walk(from: 5, atMost: limit, until: until)
            #expect(walked == steps)
            #expect(end == time)
        }
    }

    @Test("steps that take no time end at the limit, without a trap")
    func zero() {
        var lines = StretchLines()
        lines.reset(count: 1)
        lines.set(0, value: 0, slope: 0)
        #expect(lines.walk(from: 0, atMost: 1_000_000_000, until: 7) == (1_000_000_000, 0))
        lines.set(0, value: 0, slope: 2)
        #expect(lines.walk(from: 0, atMost: 1_000_000_000, until: 7) == (4, 12))
    }

    @Test("the calendar gives rows with their steps, near and far")
    func calendar() {
        var generator = StreamKey(seed: 5).generator
        var table = RequestTable()
        var calendar = StepCalendar()
        var expected: [(end: Int, row: Int)] = []
        var step = 0
        for _ in 0..<3000 {
            if generator.below(3) > 0 {
                let row = table.insert(ReplayRequest(arrival: 0, prefill: 1, decode: 1), number: 0, at: 0)
                let end = step + 1 + generator.below(generator.below(4) == 0 ? 20_000 : 50)
                calendar.insert(row, end: end, after: step, &table)
                expected.append((end, row))
            } else if let next = calendar.next(after: step) {
                #expect(next == expected.map(\.end).min())
                step = next
                var found: [Int] = []
                while let row = calendar.removeEnding(with: step, table) {
                    found.append(row)
                    table.remove(row)
                }
                #expect(found.sorted() == expected.filter { $0.end == step }.map(\.row).sorted())
                expected.removeAll { $0.end == step }
            } else {
                #expect(expected.isEmpty)
            }
        }
    }

    @Test("the heap gives least keys first, the tree the least time and its place")
    func queues() {
        var generator = StreamKey(seed: 6).generator
        var heap = EventHeap<Int>()
        var tree = MinimumTree()
        var keys: [Int] = []
        var times = [Double](repeating: .infinity, count: 40)
        for number in 0..<500 {
            let key = generator.below(50)
            heap.insert(key, number)
            keys.append(key)
            if number % 3 == 0 {
                let first = heap.first?.key
                _ = heap.removeFirst()
                #expect(first == keys.min())
                if let first, let index = keys.firstIndex(of: first) { keys.remove(at: index) }
            }
            let place = generator.below(40)
            times[place] = generator.below(4) == 0 ? .infinity : Double(generator.below(30))
            tree.set(place, to: times[place])
            #expect(tree.least == times.min())
            if tree.least < .infinity { #expect(times.firstIndex(of: tree.least) == tree.position) }
        }
    }

    @Test("a coarse histogram's quantiles are right within half a bucket, 0.4 %")
    func histogram() throws {
        var generator = StreamKey(seed: 8).generator
        var histogram = LogHistogram(bits: 7)
        let values = (0..<5000).map { _ in PortableMath.exp(10 * generator.unit()) }
        for value in values { histogram.add(value) }
        let sorted = values.sorted()
        for fraction in [0.01, 0.5, 0.9, 0.99] {
            let exact = sorted[Int((fraction * 5000).rounded(.up)) - 1]
            #expect(abs(try #require(histogram.quantile(fraction)) / exact - 1) < 0.004)
        }
    }

    @Test("a series keeps its sums when its parts are joined")
    func series() {
        var series = ReplaySeries(width: 10)
        var generator = StreamKey(seed: 9).generator
        var time = 0.0
        for number in 0..<5000 {
            time += 20 * generator.unit()
            series.roll(to: time, ReplaySeries.Gauges(waiting: number))
            series.arrivals += 1
            series.firstToken(1 + generator.unit())
        }
        series.finish(ReplaySeries.Gauges())
        #expect(series.points.reduce(0) { $0 + $1.arrivals } == 5000)
        #expect(series.parts.reduce(0) { $0 + $1.firstTokens.total } == 5000)
        #expect(series.parts.count <= ReplaySeries.capacity)
        #expect(Double(series.parts.count) * series.width >= time)
        // The end of time is reached at once.
        series.roll(to: 1e300, ReplaySeries.Gauges())
        #expect(series.parts.count <= ReplaySeries.capacity + 1)
    }

    @Test("the memory of many bundles counts the calendar of each: it is refused beforehand")
    func bundles() throws {
        let shape = try ReplayBundleShape(stages: Cases.stages(), attentionInstances: 1, batchSize: 1)
        func problem(_ bundles: Int) throws -> ReplayProblem {
            try ReplayProblem(
                deployment: ReplayDeployment(shape: shape, bundles: bundles),
                bounds: PoolBounds(prefill: 0...0, decode: 1...bundles), limits: ReplayLimits(),
                arrivals: .columns(ReplayColumns(arrival: [0], prefill: [1], decode: [1])),
                contenders: [ReplayContender("static", StaticPolicy())])
        }
        #expect(try problem(100_000).estimatedMemory(threads: 1) > 100_000 * 4096 * 4)
        #expect(throws: SimulationError.self) { try problem(100_000).checkSize() }
        try problem(1000).checkSize()
    }

    @Test("a deployment that leaves too many waiting is refused, before they take the memory")
    func piledUp() throws {
        let shape = try ReplayBundleShape(stages: Cases.stages(), attentionInstances: 1, batchSize: 1)
        let requests = (0..<10_000).map { TimedRequest(arrival: Double($0) * 1e-6, prefill: 10, decode: 1000) }
        func run(mostPresent: Int) throws -> ReplayRun {
            var engine = ReplayEngine(
                ReplayDeployment(shape: shape, bundles: 1), source: ReplayColumns(requests), policy: StaticPolicy(),
                bounds: PoolBounds(prefill: 0...0, decode: 1...1), limits: ReplayLimits(), seriesWidth: 1,
                key: StreamKey(seed: 1), mostPresent: mostPresent)
            return try engine.run(SimulationControl())
        }
        #expect(try run(mostPresent: 10_000).measures.completed == 10_000)
        do {
            _ = try run(mostPresent: 100)
            Issue.record("it was not refused")
        } catch let SimulationError.invalid(field, rule) {
            #expect(field == "deployment" && rule.contains("queue_limit"))
        }
    }
}
