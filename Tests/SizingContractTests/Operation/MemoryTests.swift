import ContractTestSupport
import JSON
import SizingContract
import Testing

@Suite("Memory in a sizing")
struct MemoryTests {
    static func hardware(_ model: String, _ device: String, expertParallel: Int) -> String {
        """
        {"model": "\(model)", "attention": {"device": "\(device)"},
         "ffn": {"device": "\(device)", "expert_parallel": \(expertParallel)}}
        """
    }

    static let fits = Sample.size(hardware: hardware("deepseek-v3", "h800", expertParallel: 32), batch: "64")
    static let weights = Sample.size(hardware: hardware("deepseek-v3", "h800", expertParallel: 8), batch: "64")
    static let cache = Sample.size(
        workload: #"{"prefill": 100000, "decode": 512}"#,
        hardware: hardware("qwen3-235b-a22b", "h800", expertParallel: 8), batch: "4096")

    @Test("Where it fits it is told as in a plan")
    func told() throws {
        let sized = try Reply("/v1/size", Self.fits)
        #expect(sized.status == 200, "\(sized.errors)")
        let planned = try Reply("/v1/plan", Self.fits)
        let memory = try #require(sized.root["memory"])
        let other = try #require(planned.root["deployment"]?["memory"])
        #expect(memory.canonicalText() == other.canonicalText())
        #expect(memory["attention_used_gb"]?.number ?? 1e9 <= memory["attention_usable_gb"]?.number ?? 0)
    }

    @Test("Weights that do not fit are refused with both numbers")
    func refusedWeights() throws {
        let reply = try Reply("/v1/size", Self.weights)
        #expect(reply.status == 422)
        let error = try #require(reply.errors.first)
        #expect(error.hasPrefix("/hardware/ffn ") && error.contains("82.2 GB") && error.contains("72.0 GB"), "\(error)")
    }

    @Test("A cache that does not fit is refused with both numbers and the largest batch that does")
    func refusedCache() throws {
        let reply = try Reply("/v1/size", Self.cache)
        #expect(reply.status == 422)
        let error = try #require(reply.errors.first)
        #expect(error.hasPrefix("/batch_size ") && error.contains("72.0 GB"), "\(error)")
        let text = try #require(error.split(separator: "the largest batch that fits is ").last)
        let largest = try #require(Int(text))
        let smaller = Self.cache.replacing("\"batch_size\": 4096", with: "\"batch_size\": \(largest)")
        #expect(try Reply("/v1/size", smaller).status == 200)
        let larger = Self.cache.replacing("\"batch_size\": 4096", with: "\"batch_size\": \(largest + 1)")
        #expect(try Reply("/v1/size", larger).status == 422)
    }

    @Test("In a batch one element is refused, and pointed at")
    func batch() throws {
        let reply = try Reply("/v1/size/batch", #"{"requests": [\#(Self.fits), \#(Self.weights), \#(Sample.size())]}"#)
        #expect(reply.status == 200)
        let results = try #require(reply.root["results"]).elements.map { $0 }
        #expect(results[0]["memory"] != nil)
        #expect(results[1]["status"]?.integer == 422)
        #expect(results[1]["errors"]?.elements.first { _ in true }?["pointer"]?.string == "/requests/1/hardware/ffn")
        #expect(results[2]["recommendation"]?["ratio"]?.integer == 10)
    }

    @Test("Nothing is claimed of the memory of coefficients")
    func coefficients() throws {
        #expect(try Reply("/v1/size", Sample.size(batch: "1000000")).root["memory"] == nil)
    }
}

extension String {
    /// The text with the first `old` replaced.
    fileprivate func replacing(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
