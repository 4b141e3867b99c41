import Sizing
import Testing

@testable import Hardware

@Suite("Memory")
struct MemoryUseTests {
    private func budget(
        _ model: String, _ attention: String, _ ffn: String, expertParallel: Int = 1, dataParallel: Int = 1,
        tensorParallel: Int = 1, load: SlotLoad
    ) throws -> MemoryBudget {
        try MemoryBudget(
            HardwareDescription(
                model: try Catalogue.embedded.model(model),
                attention: .init(
                    device: try Catalogue.embedded.device(attention), dataParallel: dataParallel,
                    tensorParallel: tensorParallel),
                ffn: .init(device: try Catalogue.embedded.device(ffn), expertParallel: expertParallel)),
            slotLoad: load)
    }

    @Test("DeepSeek-V3 does not fit eight H800, and both numbers say so")
    func weights() throws {
        let load = try SlotLoad(mean: 599, standardDeviation: 499)
        let eight = try budget("deepseek-v3", "h800", "h800", expertParallel: 8, load: load)
        let shortage = try #require(eight.shortages(batchSize: 8, microbatches: 1).first)
        #expect(shortage.field == "hardware.ffn")
        #expect(shortage.detail.contains("82.2 GB") && shortage.detail.contains("72.0 GB"), "\(shortage.detail)")
        let more = try budget("deepseek-v3", "h800", "h800", expertParallel: 32, load: load)
        #expect(more.shortages(batchSize: 8, microbatches: 1).isEmpty)
    }

    @Test("A cache that does not fit says what is needed, what is usable, and the largest batch that fits")
    func cache() throws {
        let load = try SlotLoad(mean: 100_511, standardDeviation: 511)
        let one = try budget("qwen3-235b-a22b", "h800", "h800", expertParallel: 8, load: load)
        let shortages = one.shortages(batchSize: 4096, microbatches: 1)
        #expect(shortages.map(\.field) == ["batch_size"])
        // 94 layers · 2 · 4 heads · 128 · 2 bytes a token: 79 TB.
        let need = one.attentionNeed(batchSize: 4096, microbatches: 1)
        #expect(need > 79e12 && need < 79.4e12)
        let detail = try #require(shortages.first?.detail)
        let largest = one.largestBatch(microbatches: 1)
        #expect(detail.contains("72.0 GB") && detail.contains("the largest batch that fits is \(largest)"), "\(detail)")
        #expect(largest == 2 || largest == 3)
        let none = try budget("deepseek-r1", "l40s", "l40s", load: try SlotLoad(mean: 1e6, standardDeviation: 0))
        let both = none.shortages(batchSize: 4, microbatches: 2)
        #expect(both.map(\.field) == ["hardware.ffn", "hardware.attention"])
        #expect(both.last?.detail.contains("2 times 4 requests") == true)
        #expect(both.last?.detail.contains("not even a batch of 1") == true)
    }

    @Test("The largest batch is where the need passes what is usable", arguments: [1, 2, 4], [1, 3])
    func largest(dataParallel: Int, microbatches: Int) throws {
        for model in ["qwen3-235b-a22b", "deepseek-v3", "gpt-oss-120b"] {
            let budget = try budget(
                model, "h200-sxm", "h200-sxm", expertParallel: 16, dataParallel: dataParallel,
                load: try SlotLoad(mean: 8000, standardDeviation: 6000))
            let use = budget.use(batchSize: dataParallel, microbatches: microbatches)
            #expect(use.largestBatch > 0)
            #expect(budget.shortages(batchSize: use.largestBatch, microbatches: microbatches).isEmpty)
            #expect(!budget.shortages(batchSize: use.largestBatch + 1, microbatches: microbatches).isEmpty)
            #expect(use.attentionUsed <= use.attentionUsable && use.ffnUsed <= use.ffnUsable)
            #expect(use.attentionUsed > budget.attentionWeights)
        }
    }
}
