import FoundationEssentials
import Glibc
import Simulation
import Sizing

/// What the replays of one case at one load measured: enough to compare any theory with it, and to leave each course out in turn.
struct OpenMeasure {
    struct Course {
        /// Of the part that is counted, microseconds.
        var time = 0.0
        /// That its requests ask for.
        var steps = 0.0
        /// Time that they are decoded, and that they waited, microseconds.
        var decoding = 0.0
        var waits = 0.0
        var requests = 0.0
        /// 99th percentile of TPOT over the requests of all other courses, microseconds.
        var othersP99 = 0.0
    }

    var courses: [Course]
    /// 99th percentile of TPOT over all requests (time in decode over D), microseconds.
    var p99: Double

    /// As one line of numbers.
    var line: String {
        ([p99] + courses.flatMap { [$0.time, $0.steps, $0.decoding, $0.waits, $0.requests, $0.othersP99] })
            .map { "\($0)" }.joined(separator: " ")
    }

    init?(line: Substring) {
        let numbers = line.split(separator: " ").compactMap { Double($0) }
        guard numbers.count > 7, numbers.count % 6 == 1 else { return nil }
        p99 = numbers[0]
        courses = stride(from: 1, to: numbers.count, by: 6).map {
            Course(
                time: numbers[$0], steps: numbers[$0 + 1], decoding: numbers[$0 + 2], waits: numbers[$0 + 3],
                requests: numbers[$0 + 4], othersP99: numbers[$0 + 5])
        }
    }
}

extension OpenCase {
    /// Replays `runs` courses at a part of the capacity, each from a stationary start, of which the first fifth is left out.
    ///
    /// - Parameter requests: of a course at the least; where occupancy follows the load steeply there are up to twenty times as many.
    func measure(share: Double, runs: Int, requests: Int, seed: UInt64) throws -> OpenMeasure? {
        guard let solved = try solved() else { return nil }
        func service(_ share: Double) throws -> BundleService? {
            solved.service(try Arrivals(requestsPerSecond: share * solved.capacity, dispersion: dispersion))
        }
        guard let start = try service(share), let next = try service(share * 1.005) else { return nil }
        let steepness = log(next.occupancy / start.occupancy) / log(1.005)
        let slots = Int(start.slots)
        let count = max(Int(Double(requests) * min(20, max(1, steepness * steepness / 4))), 8 * slots)
        var courses: [OpenMeasure.Course] = []
        var paces: [[Double]] = []
        for run in 0..<runs {
            var lots = Lots(state: seed &+ UInt64(run) &* 7919)
            let (course, pace) = try course(rate: share * solved.capacity, start: start, requests: count, &lots)
            courses.append(course)
            paces.append(pace)
        }
        func p99(without left: Int?) -> Double {
            var all: [Double] = []
            for (index, part) in paces.enumerated() where index != left { all += part }
            all.sort()
            return all[min(all.count - 1, Int(0.99 * Double(all.count)))]
        }
        for run in 0..<runs { courses[run].othersP99 = p99(without: run) }
        var measure = OpenMeasure(line: "0 0 0 0 0 0 0 0 0 0 0 0 0")
        measure?.courses = courses
        measure?.p99 = p99(without: nil)
        return measure
    }

    private func course(
        rate: Double, start: BundleService, requests: Int, _ lots: inout Lots
    ) throws -> (OpenMeasure.Course, paces: [Double]) {
        var arrival: [Double] = []
        var prefill: [Int32] = []
        var decode: [Int32] = []
        let deviation = (start.peakedness * start.occupancy).squareRoot()
        let present = max(1, Int((start.occupancy + deviation * lots.normal()).rounded()))
        for _ in 0..<min(present, Int(start.slots)) {
            let (p, d) = drawPresent(&lots)
            let age = lots.below(d)
            arrival.append(0)
            prefill.append(Int32(p + age))
            decode.append(Int32(d - age))
        }
        let first = arrival.count
        var time = 0.0
        for _ in 0..<requests {
            time += lots.gap(dispersion: dispersion) / rate
            let (p, d) = draw(&lots)
            arrival.append(time)
            prefill.append(Int32(p))
            decode.append(Int32(d))
        }
        let completions = try deployment().completions(
            of: ReplayColumns(arrival: arrival, prefill: prefill, decode: decode))
        // What arrives at the end decodes in a bundle that empties: a twentieth is left out.
        let (low, high) = (first + requests / 5, first + requests - requests / 20)
        var course = OpenMeasure.Course()
        var paces: [Double] = []
        course.time = (arrival[high] - arrival[low]) * 1e6
        for completion in completions where low..<high ~= completion.number {
            let steps = Double(decode[completion.number])
            let decoding = completion.end - completion.began
            course.steps += steps
            course.decoding += decoding
            course.waits += completion.began - completion.arrival
            course.requests += 1
            paces.append(decoding / steps)
        }
        return (course, paces)
    }

    /// The theory's errors. It is asked for the work that came, not for what was meant to come: near capacity occupancy follows
    /// chance in the lengths closely. Intervals are the jackknife's over courses.
    func errors(_ measure: OpenMeasure, _ solved: SolvedBundle) throws -> OpenErrors? {
        let meanDecode = solved.bundle.load.lengths.meanDecode
        func compare(_ courses: [OpenMeasure.Course], _ p99: Double) throws -> (errors: [Double], BundleService)? {
            func sum(_ path: KeyPath<OpenMeasure.Course, Double>) -> Double {
                courses.reduce(0) { $0 + $1[keyPath: path] }
            }
            let rate = sum(\.steps) / sum(\.time) / meanDecode * 1e6
            guard let theory = solved.service(try Arrivals(requestsPerSecond: rate, dispersion: dispersion))
            else { return nil }
            // Occupancy by Little's law; over the steps it is the mean TPOT over tokens, in the theory, too.
            let errors = [
                theory.occupancy / (sum(\.decoding) / sum(\.time)) - 1, theory.tpot(percentile: 0.99) / p99 - 1,
                theory.meanWait / (sum(\.waits) / sum(\.requests)) - 1,
            ]
            return (errors, theory)
        }
        guard let (all, service) = try compare(measure.courses, measure.p99) else { return nil }
        var parts: [[Double]] = []
        for left in measure.courses.indices {
            var others = measure.courses
            others.remove(at: left)
            if let part = try compare(others, measure.courses[left].othersP99) { parts.append(part.errors) }
        }
        let count = Double(parts.count)
        let halves = all.indices.map { index -> Double in
            let mean = parts.reduce(0) { $0 + $1[index] } / count
            let square = parts.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) }
            // Student's t of five degrees of freedom.
            return 2.57 * (square * (count - 1) / count).squareRoot()
        }
        return OpenErrors(
            occupancy: (all[0], halves[0]), p99: (all[1], halves[1]), wait: (all[2], halves[2]), service: service)
    }
}

/// Relative errors of the theory, each with half of its 95 % interval.
struct OpenErrors {
    typealias Figure = (value: Double, half: Double)
    var occupancy: Figure
    var p99: Figure
    var wait: Figure
    var service: BundleService
}

/// What was simulated, by case and load: with AFD_OPEN_MEASURED=FILE it is kept, and another theory is compared with it at once.
struct OpenMeasures {
    private var lines: [Substring: OpenMeasure] = [:]
    private let path: String?

    init() {
        path = getenv("AFD_OPEN_MEASURED").map { String(cString: $0) }
        guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":")
            if parts.count == 2, let measure = OpenMeasure(line: parts[1]) { lines[parts[0]] = measure }
        }
    }

    mutating func measure(_ key: String, _ simulate: () throws -> OpenMeasure?) rethrows -> OpenMeasure? {
        if let known = lines[key[...]] { return known }
        guard let measure = try simulate() else { return nil }
        if let path, let file = fopen(path, "a") {
            fputs("\(key):\(measure.line)\n", file)
            fclose(file)
        }
        return measure
    }
}
