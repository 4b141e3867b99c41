import ContractTestSupport
import Testing

@testable import SizingContract

/// Where work is done, by its estimate.
@Suite struct PlacementTests {
    private static func place(_ body: String) throws -> Place {
        SizeOperation.estimate(try SizeOperation().input(from: Array(body.utf8))).place
    }

    @Test("A sizing is quick unless a curve, a simulation or measured inputs come with it")
    func sizings() throws {
        #expect(try Self.place(Sample.size()) == .loop)
        #expect(try Self.place(Sample.size("\"barrier\": \"exact\"")) == .loop)
        #expect(try Self.place(Sample.size("\"include\": [\"curve\"]")) == .pool)
        #expect(try Self.place(Sample.size("\"simulation\": {}")) == .pool)
        let samples = (1...4).map { "{\"load\": \($0)e3, \"latency_us\": \(50 + $0)}" }.joined(separator: ",")
        let measured = "{\"attention\": {\"samples\": [\(samples)]}, \"ffn\": {\"alpha_us\": 1, \"beta_us\": 1}}"
        #expect(try Self.place(Sample.size(hardware: measured)) == .pool)
    }

    @Test("A batch takes what its sizings take")
    func batches() throws {
        func place(_ count: Int) throws -> Place {
            let requests = Array(repeating: Sample.size(), count: count).joined(separator: ",")
            let operation = SizeBatchOperation()
            return SizeBatchOperation.estimate(
                try operation.input(from: Array("{\"requests\": [\(requests)]}".utf8))
            ).place
        }
        #expect(try place(1) == .loop)
        #expect(try place(100) == .pool)
    }

    @Test("Long texts are decoded on the pool, and those of batches sooner")
    func decoding() {
        #expect(SizeOperation.decodingEstimate(length: 16_000).place == .loop)
        #expect(SizeOperation.decodingEstimate(length: 17_000).place == .pool)
        #expect(SizeBatchOperation.decodingEstimate(length: 2_000).place == .loop)
        #expect(SizeBatchOperation.decodingEstimate(length: 3_000).place == .pool)
    }

    @Test("A simulation beyond the limits is refused before it begins, and names the field")
    func admission() throws {
        let simulations = Simulations(SimulationLimits(maximumWork: 10))
        let body = """
            {"workload": {"prefill": 100, "decode": 500}, "hardware": \(Sample.hardware), "batch_size": 4, "ratios": [2]}
            """
        #expect {
            try SimulateOperation(simulations).input(from: Array(body.utf8))
        } throws: { error in
            (error as? ProblemDocument)?.errors.map(\.pointer) == ["/requests_per_instance"]
        }
        #expect(throws: Never.self) { try SimulateOperation().input(from: Array(body.utf8)) }
    }

    @Test("A run that nobody waits for ends without an answer")
    func cancellation() throws {
        let cancelled = OperationContext(isCancelled: { true })
        let body = Array("{\"requests\": [\(Sample.size()), {}]}".utf8)
        let batch = try SizeBatchOperation().answer(to: body, pretty: false, cancelled)
        #expect(String(decoding: batch, as: UTF8.self) == "{\"results\":[null,null]}")
        let simulation = Array(Sample.size("\"simulation\": {}").utf8)
        #expect {
            try SizeOperation().answer(to: simulation, pretty: false, cancelled)
        } throws: { error in
            let problem = error as? ProblemDocument
            return problem?.status == .unavailable && problem?.retryAfter == 1
        }
    }
}
