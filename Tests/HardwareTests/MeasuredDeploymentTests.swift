import Hardware
import Sizing
import TestSupport
import Testing

/// Derived figures against measurements that no default was fitted to. The errors stand in docs/accuracy.md.
@Suite("Measured deployments")
struct MeasuredDeploymentTests {
    /// Qwen3-235B-A22B on GB200, four devices an instance, FP8 weights, BF16 cache, two microbatches.
    static func fastAFD() throws -> DerivedHardware {
        let device = try Catalogue.embedded.device("gb200")
        return try DerivedHardware(
            HardwareDescription(
                model: try Catalogue.embedded.model("qwen3-235b-a22b"), precision: PrecisionRequest(weights: .fp8),
                attention: .init(device: device, dataParallel: 4), ffn: .init(device: device, expertParallel: 4),
                link: .init(kind: .scaleUp)))
    }

    @Test(
        "t_A of a step of two microbatches is within 15 % of the measured",
        arguments: [(96, 8192, 33.4), (48, 16_384, 31.5)])
    func attention(perDevice: Int, context: Int, measured: Double) throws {
        let batch = 4 * perDevice / 2
        let stages = try Self.fastAFD().stages(batchSize: batch)
        let step = 2 * stages.attention.latency(at: Double(batch * context)) / 1000
        #expect(abs(step / measured - 1) < 0.15, "derived \(step) ms, measured \(measured) ms")
    }

    @Test("t_F is within 30 % of the line that fits the measurements", arguments: [48, 96], [3, 7, 11, 15, 17])
    func ffn(perDevice: Int, ratio: Int) throws {
        let batch = 4 * perDevice / 2
        let stages = try Self.fastAFD().stages(batchSize: batch)
        let step = 2 * stages.ffnTime(ratio: Double(ratio), batchSize: batch) / 1000
        let line = 18.4 + 0.0186 * Double(perDevice * ratio)
        #expect(abs(step / line - 1) < 0.30)
    }

    @Test(
        "The best of the measured ratios is found within one step of the grid",
        arguments: [(96, 8192, 7), (48, 16_384, 11)])
    func ratio(perDevice: Int, context: Int, measured: Int) throws {
        let grid = [3, 7, 11, 15, 17]
        let batch = 4 * perDevice / 2
        let problem = try SizingProblem(
            workload: try Workload(.moments(try SlotLoad(mean: Double(context), standardDeviation: 0))),
            stages: try Self.fastAFD().stages(batchSize: batch), batchSize: batch, microbatches: 2)
        let curve = problem.curve(ratios: grid)
        let best = try #require(curve.indices.max { curve[$0].throughputPerInstance < curve[$1].throughputPerInstance })
        let wanted = try #require(grid.firstIndex(of: measured))
        #expect(abs(best - wanted) <= 1, "best \(grid[best])")
    }

    @Test("Latent attention on H800 is within 15 % of the measured slope")
    func latentSlope() throws {
        let samples = try Fixture.numbers("mla-h800.csv")
        // Least squares of latency on batch × context.
        var n = 0.0
        var sx = 0.0
        var sy = 0.0
        var sxx = 0.0
        var sxy = 0.0
        for sample in samples {
            let batch = try #require(sample["batch"])
            let context = try #require(sample["context"])
            let y = try #require(sample["latency_us"])
            let x = batch * context
            n += 1
            sx += x
            sy += y
            sxx += x * x
            sxy += x * y
        }
        let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
        let device = try Catalogue.embedded.device("h800")
        let hardware = try DerivedHardware(
            HardwareDescription(
                model: try Catalogue.embedded.model("deepseek-v3"), attention: .init(device: device),
                ffn: .init(device: device, expertParallel: 8)))
        let alpha = try #require(try hardware.stages(batchSize: 128).attention.line).alpha / 61
        #expect(abs(alpha / slope - 1) < 0.15)
    }

    @Test("KV capacity and the largest batch, by hand")
    func memory() throws {
        // H800: 80 GB, nine tenths usable. Attention: 61 layers of 187,105,280 parameters at one byte, 58 routers of
        // 7168 × 256 and twice 129,280 × 7168 (embedding, head) at two bytes.
        let layer = 7168 * 1536 + 1536 * 24_576 + 7168 * 576 + 512 * 32_768 + 16_384 * 7168
        #expect(layer == 187_105_280)
        let weights = Double(61 * layer + 2 * 58 * 7168 * 256 + 2 * 2 * 129_280 * 7168)
        let tokens = (72e9 - weights) / (61 * 576 * 2)
        let device = try Catalogue.embedded.device("h800")
        let description = try HardwareDescription(
            model: try Catalogue.embedded.model("deepseek-v3"), attention: .init(device: device, dataParallel: 8),
            ffn: .init(device: device, expertParallel: 8))
        let load = try SlotLoad(mean: 4096, standardDeviation: 4096)
        let budget = try MemoryBudget(description, slotLoad: load)
        #expect(abs(budget.attentionWeights / weights - 1) < 1e-12)
        #expect(abs(budget.tokenCapacity / (8 * tokens) - 1) < 1e-9)
        // Two microbatches: 2b requests a rank with 2b·4096 + 3·√(2b)·4096 ≤ tokens.
        var rank = 0
        while Double(2 * (rank + 1)) * 4096 + 3 * Double(2 * (rank + 1)).squareRoot() * 4096 <= tokens { rank += 1 }
        #expect(budget.largestBatch(microbatches: 2) == 8 * rank)
        #expect(rank > 50)
        // 32 experts of 44,040,192 parameters a rank and layer, an eighth of the shared one, three dense layers over eight.
        let experts: Double = 58 * (32 + 0.125) * 44_040_192
        let ffn = experts + Double(3 * 3 * 7168 * 18_432 / 8)
        #expect(abs(budget.ffnWeights / ffn - 1) < 1e-12)
        #expect(!budget.ffnFits)
    }
}
