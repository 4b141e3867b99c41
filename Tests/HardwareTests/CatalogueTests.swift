import Hardware
import JSON
import Sizing
import Testing
import Text

@Suite("Catalogue")
struct CatalogueTests {
    let catalogue = Catalogue.embedded

    @Test("Every entry is read, has a source and an id of its own")
    func entries() {
        #expect(catalogue.devices.count >= 42)
        #expect(catalogue.models.count >= 19)
        #expect(Set(catalogue.devices.map(\.id)).count == catalogue.devices.count)
        #expect(Set(catalogue.models.map(\.id)).count == catalogue.models.count)
        for entry in catalogue.devices { #expect(!entry.source.isEmpty) }
        for entry in catalogue.models { #expect(!entry.source.isEmpty) }
        #expect(catalogue.devices.first { $0.id == "mi300x" }?.unverified != nil)
    }

    @Test(
        "A type without a peak of its own, or a slower one, runs as bf16",
        arguments: [
            ("a100-sxm-80g", .fp8, 312), ("a100-sxm-80g", .int8, 624), ("ascend-910b2", .fp8, 376),
            ("h200-sxm", .fp8, 1979), ("h200-sxm", .fp4, 989), ("gb200", .fp4, 10_000), ("gb300", .int8, 2500),
            ("b300", .int8, 2250), ("tpu-v6e", .fp8, 918), ("tpu-v6e", .int8, 1836), ("l4", .bf16, 121),
        ] as [(String, ArithmeticType, Double)])
    func peaks(id: String, type: ArithmeticType, tflops: Double) throws {
        #expect(try catalogue.device(id).peak(type) == tflops)
    }

    @Test("Capacities are the published gigabytes for all; a rack's links join more than a server's")
    func capacities() throws {
        for id in ["h100-sxm", "h800", "a100-sxm-80g", "a800"] {
            #expect(try catalogue.device(id).memoryCapacity == 80)
        }
        let domains = ["h100-sxm": 8, "gb200": 72, "ascend-910c-die": 768, "ascend-910c": 384, "trainium2": 64]
        for (id, domain) in domains { #expect(try catalogue.device(id).scaleUpDomain == domain) }
    }

    @Test(
        "Published parameter counts are met within 2 %",
        arguments: [
            ("deepseek-v3", 671e9, 37e9), ("kimi-k2", 1_026e9, 32e9), ("qwen3-235b-a22b", 235e9, 22e9),
            ("qwen3-30b-a3b", 30.5e9, 3.3e9), ("qwen3-32b", 32.8e9, 32.0e9), ("llama-3.1-70b", 70.6e9, 69.5e9),
            ("llama-3.1-405b", 405.9e9, 403.7e9), ("mixtral-8x22b", 140.6e9, 39e9), ("dbrx", 132e9, 36e9),
            ("gpt-oss-120b", 116.8e9, 5.1e9), ("glm-4.5", 355e9, 32e9), ("minimax-m2", 229e9, 10e9),
            ("step-3", 316e9, 38e9),
        ] as [(String, Double, Double)])
    func parameters(id: String, total: Double, active: Double) throws {
        let model = try catalogue.model(id)
        #expect(abs(model.parameters / total - 1) < 0.025, "\(id): \(model.parameters / 1e9)")
        // Publishers count the active ones differently (embeddings, router), so the tolerance is wider.
        #expect(abs(model.activeParameters / active - 1) < 0.12, "\(id): \(model.activeParameters / 1e9)")
    }

    @Test(
        "KV elements of a token and layer are the published ones",
        arguments: [
            ("deepseek-v3", 576), ("qwen3-235b-a22b", 1024), ("minimax-m2", 2048), ("step-3", 512),
            ("glm-5", 576 + 132),
            ("gpt-oss-120b", 1024), ("deepseek-v3.2", 576 + 132),
        ] as [(String, Double)])
    func cacheElements(id: String, perLayer: Double) throws {
        let model = try catalogue.model(id)
        #expect(model.cacheBytesPerToken(context: 0, format: .fp8) == perLayer * Double(model.layerCount))
    }

    @Test(
        "Unknown names suggest the nearest",
        arguments: [
            ("deepseek-v33", "deepseek-v3"), ("Qwen3-235B-A22B", "qwen3-235b-a22b"), ("qwen3-235b", "qwen3-235b-a22b"),
            ("minimax_m2", "minimax-m2"),
        ])
    func unknownModel(name: String, nearest: String) throws {
        let error = #expect(throws: InvalidInput.self) { try catalogue.model(name) }
        #expect(error?.rule.contains("did you mean \"\(nearest)\"?") == true, "\(String(describing: error))")
    }

    @Test("Unknown devices suggest the nearest; nonsense suggests nothing")
    func unknownDevice() throws {
        let near = #expect(throws: InvalidInput.self) { try catalogue.device("H80O") }
        #expect(near?.rule.contains("h800") == true)
        let far = #expect(throws: InvalidInput.self) { try catalogue.device("zzzzzzzzzzzzzzz") }
        #expect(far?.rule.contains("did you mean") == false)
    }

    @Test("A device as numbers; what is missing, misspelt or absurd is named")
    func devices() throws {
        func device(_ text: String) throws -> DeviceDescription {
            try Catalogue.device(description: try JSONDocument(parsing: text).root)
        }
        let made = try device(
            #"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200,"family":"hopper"}"#)
        #expect(made.peaks == [.bf16: 200])
        #expect(made.peak(.fp8) == 200)
        let cases = [
            (#"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64}"#, "bf16_tflops"),
            (#"{"hbm_bandwith_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200}"#, "hbm_bandwith_gb_s"),
            (#"{"hbm_bandwidth_gb_s":-1,"hbm_capacity_gb":64,"bf16_tflops":200}"#, "hbm_bandwidth_gb_s"),
            (#"{"hbm_bandwidth_gb_s":"x","hbm_capacity_gb":64,"bf16_tflops":200}"#, "hbm_bandwidth_gb_s"),
            (#"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":1e300,"bf16_tflops":200}"#, "hbm_capacity_gb"),
            (#"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200,"family":"x"}"#, "family"),
            (
                #"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200,"fp8_tflops":1,"eight_bit_tflops":1}"#,
                "eight_bit_tflops"
            ),
            (
                #"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200,"scale_up_domain":1.5}"#,
                "scale_up_domain"
            ),
            (#"{"hbm_bandwidth_gb_s":1000,"hbm_capacity_gb":64,"bf16_tflops":200,"fp4_tflops":0}"#, "fp4_tflops"),
        ]
        for (text, field) in cases {
            let error = #expect(throws: InvalidInput.self) { try device(text) }
            #expect(error?.field == field)
        }
    }
}
