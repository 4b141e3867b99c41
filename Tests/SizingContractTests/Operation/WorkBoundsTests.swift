import ContractTestSupport
import JSON
import Testing

@testable import SizingContract

/// What is refused before it begins, and what is ended while it goes on.
@Suite struct WorkBoundsTests {
    private static let named = """
        {"model": "deepseek-v3", "attention": {"device": ["h100-sxm", "h200-sxm"]},
         "ffn": {"device": ["h100-sxm", "h200-sxm"], "expert_parallel": 32}}
        """
    private static let samples = (1...200).map { "{\"load\": \($0), \"latency_us\": \(50 + $0)}" }.joined(
        separator: ",")

    private static func refusal<Work: JSONOperation>(
        _ operation: Work, _ body: String, within bounds: WorkBounds
    ) -> ProblemDocument? {
        do throws(ProblemDocument) {
            _ = try operation.input(from: Array(body.utf8), within: bounds)
            return nil
        } catch {
            return error
        }
    }

    private static func refusals(within bounds: WorkBounds) -> [ProblemDocument?] {
        let size = Sample.size("\"include\": [\"curve\"], \"max_ratio\": 10000")
        return [
            refusal(SizeOperation(), size, within: bounds),
            refusal(SizeBatchOperation(), "{\"requests\": [\(size), \(size)]}", within: bounds),
            refusal(
                SimulateOperation(),
                "{\"workload\": {\"prefill\": 100, \"decode\": 500}, \"hardware\": \(Sample.hardware), \"batch_size\": 4, \"ratios\": [2]}",
                within: bounds),
            refusal(
                PlanOperation(), "{\"workload\": {\"prefill\": 100, \"decode\": 500}, \"hardware\": \(named)}",
                within: bounds),
            refusal(CalibrateOperation(), "{\"attention\": {\"samples\": [\(samples)]}}", within: bounds),
        ]
    }

    @Test("Every operation compares time and memory with the bounds, and says both numbers and what to lower")
    func refused() throws {
        for (bounds, unit) in [
            (WorkBounds(time: 1e-5, memory: .infinity), " s of one core; the bound is 0.0"),
            (WorkBounds(time: .infinity, memory: 1000), " MB of memory; the bound is 0.001 MB"),
        ] {
            for (index, problem) in Self.refusals(within: bounds).enumerated() {
                let problem = try #require(problem, "\(index)")
                #expect(problem.status == .unprocessableContent)
                let detail = try #require(problem.errors.first?.detail)
                #expect(detail.contains(unit), "\(detail)")
                #expect(detail.contains("takes an estimated "), "\(detail)")
                #expect(
                    detail.contains(": lower ") || detail.contains(": send ") || detail.contains(": give "), "\(detail)"
                )
            }
        }
    }

    @Test("Usual requests are within the default bounds")
    func admitted() { #expect(Self.refusals(within: WorkBounds()).allSatisfy { $0 == nil }) }

    @Test("A simulation beside a sizing is within them too")
    func simulation() {
        #expect(Self.refusal(SizeOperation(), Sample.size("\"simulation\": {}"), within: WorkBounds()) == nil)
    }

    @Test("Work that has its memory keeps others out until it is done")
    func ledger() throws {
        let ledger = WorkLedger(WorkBounds(time: 1, memory: 100))
        func take(_ memory: Double, _ work: () -> Void = {}) -> ProblemDocument.Status? {
            do throws(ProblemDocument) {
                try ledger.during(WorkEstimate(time: 0, memory: memory), remedy: "lower it") {
                    () throws(ProblemDocument) in
                    work()
                }
                return nil
            } catch { return error.status }
        }
        #expect(take(101) == .unprocessableContent)
        var inner: [ProblemDocument.Status?] = []
        #expect(take(60) { inner = [take(40), take(41), take(40)] } == nil)
        #expect(inner == [nil, .unavailable, nil])
        #expect(take(100) == nil)
    }

    @Test("Fits to samples count before they are made")
    func reading() throws {
        let measured =
            "{\"attention\": {\"samples\": [\(Self.samples)], \"fit\": \"max\"}, \"ffn\": {\"alpha_us\": 1, \"beta_us\": 1}}"
        let body = Sample.size(hardware: measured)
        #expect(SizeOperation.decodingEstimate(length: body.utf8.count).place == .loop)
        let json = try JSONDocument(parsing: body).root
        #expect(SizeOperation.readingEstimate(json).place == .pool)
        #expect(SizeOperation.readingEstimate(try JSONDocument(parsing: Sample.size()).root).place == .loop)
    }

    @Test("A watch ends a run at its time, and only then says that it ran out")
    func watch() {
        let clock = FakeClock()
        let watch = WorkWatch(seconds: 2, clock: { clock.now })
        #expect(!watch.isOver())
        clock.now = 2000
        #expect(!watch.isOver() && !watch.ranOut)
        clock.now = 2001
        #expect(watch.isOver() && watch.ranOut)
        let cancelled = WorkWatch(seconds: 2, isCancelled: { true }, clock: { clock.now })
        #expect(cancelled.isOver() && !cancelled.ranOut)
    }

    /// Told from one thread.
    private final class FakeClock: @unchecked Sendable {
        // Unchecked: the test is one task, which alone reads and moves it.
        var now = 0.0
    }
}

/// Runs that nobody waits for end wherever they are.
@Suite struct StopTests {
    private static let attack = """
        {"workload": {"prefill": 100, "decode": 500}, "hardware": \(names), "max_ratio": 10000, "max_ffn_instances": 16,
         "limits": {"max_batch": 10000000}, "current": {"attention_instances": 8, "ffn_instances": 1}}
        """
    private static let names = """
        {"model": "deepseek-v3", "attention": {"device": ["h100-sxm", "h200-sxm", "b200"]},
         "ffn": {"device": ["h100-sxm", "h200-sxm", "b200"], "expert_parallel": 32}}
        """
    private static let measured: String = {
        let samples = (1...12).map { "{\"load\": \($0)e3, \"latency_us\": \(50 + $0 + $0 % 3)}" }.joined(separator: ",")
        return "{\"attention\": {\"samples\": [\(samples)]}, \"ffn\": {\"alpha_us\": 0.083, \"beta_us\": 100}}"
    }()
    private static let fits: String = {
        let samples = (1...60).map { "{\"load\": \($0 * $0), \"latency_us\": \(50 + max(20, $0) * $0)}" }.joined(
            separator: ",")
        return "{\"attention\": {\"samples\": [\(samples)]}, \"ffn\": {\"samples\": [\(samples)]}}"
    }()

    /// Runs with a stop that comes at the question number `last`, and counts the questions.
    private func run<Work: JSONOperation>(
        _ operation: Work, _ body: String, stopAt last: Int
    ) throws -> (problem: ProblemDocument?, asked: Int) {
        let counter = Counter(last)
        let context = OperationContext(isCancelled: { counter.ask() })
        let input = try operation.input(from: Array(body.utf8))
        do throws(ProblemDocument) {
            _ = try operation.run(input, context)
            return (nil, counter.asked)
        } catch {
            return (error, counter.asked)
        }
    }

    private final class Counter: @unchecked Sendable {
        // Unchecked: none of these runs asks from more than one thread.
        private let last: Int
        private(set) var asked = 0

        init(_ last: Int) { self.last = last }

        func ask() -> Bool {
            asked += 1
            return asked >= last
        }
    }

    private func check<Work: JSONOperation>(_ operation: Work, _ body: String, at lasts: [Int]) throws {
        for last in lasts {
            let (problem, asked) = try run(operation, body, stopAt: last)
            #expect(problem?.status == .unavailable, "\(Work.name) at \(last)")
            // Told to stop, it asks a few times more on its way out, and does nothing else.
            #expect(asked >= last && asked < last + 20, "\(Work.name) at \(last): \(asked)")
        }
    }

    @Test func plan() throws { try check(PlanOperation(), Self.attack, at: [1, 5, 12, 40, 200]) }

    @Test func size() throws {
        try check(SizeOperation(), Sample.size(hardware: Self.measured, "\"include\": [\"curve\"]"), at: [1, 2, 8, 50])
        try check(SizeOperation(), Sample.size("\"include\": [\"curve\"], \"max_ratio\": 512"), at: [1, 10, 300])
    }

    @Test func calibrate() throws { try check(CalibrateOperation(), Self.fits, at: [1, 10, 60, 100]) }

    @Test("One element of a batch is stopped like the rest")
    func batch() throws {
        let counter = Counter(4)
        let context = OperationContext(isCancelled: { counter.ask() })
        let body = Array("{\"requests\": [\(Sample.size()), \(Sample.size()), \(Sample.size())]}".utf8)
        let answer = try JSONDocument(parsing: try SizeBatchOperation().answer(to: body, pretty: false, context)).root
        let results = try #require(answer["results"]).elements.map { $0.kind }
        #expect(results.last == .null)
        #expect(results.count == 3)
    }
}
