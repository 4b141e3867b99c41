import JSON
import TestSupport
import Testing

@testable import Hardware

/// The defaults against the coefficients that `Accuracy/kernel-fit` wrote.
@Suite("Curves of measured kernels")
struct MeasuredCurvesTests {
    static let families: [(DeviceFamily, String)] = [
        (.hopper, "hopper"), (.blackwell, "blackwell"), (.blackwellRTX, "blackwell_rtx"), (.ampere, "ampere"),
        (.ada, "ada"),
    ]

    @Test("Each default is the fitted coefficient", arguments: families)
    func coefficients(family: DeviceFamily, name: String) throws {
        let fit = try JSONDocument(parsing: try Fixture.bytes("kernel-coefficients.json")).root
        let e = Efficiencies.defaults(for: family)
        func value(_ path: [String]) -> JSONValue? {
            path.reduce(fit) { value, name in value?.members.first { $0.0.string == name }?.1 }
        }
        func number(_ path: String...) throws -> Double { try #require(value(path)?.number, "\(path)") }
        func near(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-5 * max(abs(other), 0.01) }
        var compared = 0
        func compare(_ kind: String, _ width: String, _ values: [(String, Double)]) throws {
            guard value([kind, name, width]) != nil else { return }
            for (member, value) in values {
                compared += 1
                #expect(
                    near(value, try number(kind, name, width, member)), "\(kind) \(name) \(width) \(member): \(value)")
            }
        }
        func attention(_ curve: KernelCurves.Attention) -> [(String, Double)] {
            [
                ("bandwidth", curve.bandwidth), ("compute", curve.compute), ("floor", curve.kernel),
                ("lane", curve.lane),
                ("stream", curve.stream),
            ]
        }
        func product(_ curve: KernelCurves.Product) -> [(String, Double)] {
            [("bandwidth", curve.bandwidth), ("compute", curve.compute), ("rows", curve.rows), ("floor", curve.kernel)]
        }
        func experts(_ curve: KernelCurves.Experts) -> [(String, Double)] {
            [
                ("bandwidth", curve.bandwidth), ("compute", curve.compute), ("rows", curve.rows),
                ("floor", curve.kernels),
                ("picked", curve.picked), ("arrived", curve.arrived), ("routing", curve.routing),
            ]
        }
        try compare("attention", "16", attention(e.grouped.wide))
        try compare("attention", "8", attention(e.grouped.narrow))
        try compare("mla", "16", attention(e.latent.wide))
        try compare("mla", "8", attention(e.latent.narrow))
        try compare("gemm", "16", product(e.dense.bits16))
        try compare("gemm", "8", product(e.dense.bits8))
        try compare("gemm", "4", product(e.dense.bits4))
        try compare("moe", "16", experts(e.experts.bits16))
        try compare("moe", "8", experts(e.experts.bits8))
        try compare("moe", "4", experts(e.experts.bits4))
        try compare("moe", "4w", experts(e.experts.widened4))
        #expect(compared >= 18)
        #expect(near(e.kernel, try number("kernel", name)))
        #expect(near(e.reduction, try number("all_reduce", name, "scale_up")))
        #expect(near(e.reductionLatency, try number("all_reduce", name, "floor")))
        if value(["scale_up_latency", name]) != nil {
            #expect(near(e.scaleUpLatency, try number("scale_up_latency", name, "floor")))
            #expect(near(e.expertLatency, try number("scale_up_latency", name, "expert")))
        }
    }

    @Test("A long request that has the device for itself is read at its own pace, unless a bandwidth is given")
    func stream() throws {
        func cache(
            requests: Int, context: Double, tensor: Int = 1, _ change: (inout Efficiencies) throws -> Void = { _ in }
        ) throws -> Double {
            var attention = HardwareDescription.AttentionInstance(
                device: try Catalogue.embedded.device("b200"), tensorParallel: tensor)
            try change(&attention.efficiencies)
            let hardware = try DerivedHardware(
                HardwareDescription(
                    model: try Catalogue.embedded.model("llama-3.1-70b"), attention: attention,
                    ffn: .init(device: try Catalogue.embedded.device("b200"))))
            let terms = hardware.terms(batchSize: requests, meanContext: context, ratio: 1).attention
            return try #require(terms.first { $0.name == "kv_cache" }).microseconds / 80
        }
        let curve = Efficiencies.defaults(for: .blackwell).grouped.wide
        // A request's token is 8 heads × 128 × 2 (key, value) × 2 bytes: 4,096 bytes.
        let peak = try Catalogue.embedded.device("b200").memoryBandwidth * 1e3
        let read = 4096 / (peak * curve.bandwidth)
        #expect(abs(try cache(requests: 1, context: 8192) / (8192 * max(read, curve.stream)) - 1) < 1e-9)
        #expect(abs(try cache(requests: 64, context: 8192) / (64 * 8192 * read) - 1) < 1e-9)
        // One key head on each of eight devices: an eighth of the bytes, and the pace of one request.
        #expect(read / 8 < curve.stream)
        #expect(abs(try cache(requests: 1, context: 8192, tensor: 8) / (8192 * curve.stream) - 1) < 1e-9)
        let given = try cache(requests: 1, context: 8192, tensor: 8) { try $0.set("cache_bandwidth", to: 0.5) }
        #expect(abs(given / (8192 * 4096 / 8 / (peak * 0.5)) - 1) < 1e-9)
    }

    @Test(
        "A layer of more experts sorts longer, and its messages wait for more counts; floors that are given are the whole"
    )
    func experts() throws {
        var e = Efficiencies.defaults(for: .blackwell)
        let curve = e.experts.bits4
        #expect(abs(curve.floor(experts: 128) - curve.floor(experts: 8) - 4 * curve.routing) < 1e-9)
        #expect(curve.floor(experts: 1) == curve.kernels && curve.floor(experts: 0) == curve.kernels)
        #expect(abs(e.latency(.scaleUp, experts: 256) - e.scaleUpLatency - 256 * e.expertLatency) < 1e-9)
        #expect(e.latency(.scaleOut, experts: 256) == e.scaleOutLatency)
        try e.set("expert_kernels_us", to: 5)
        try e.set("scale_up_latency_us", to: 3)
        #expect(KernelCurves.Weights.allCases.allSatisfy { e.experts[$0].floor(experts: 128) == 5 })
        #expect(e.latency(.scaleUp, experts: 256) == 3)
    }

    @Test("Imbalance of routing: the stated medians, rising with the degree, and none on one rank")
    func imbalance() {
        for (ranks, median) in [(1, 1), (4, 1.31), (8, 1.45), (16, 1.48), (32, 1.58), (256, 1.58)] {
            #expect(RoutingImbalance.byDefault(ranks: ranks) == median)
        }
        var last = 1.0
        for ranks in 1...400 {
            let value = RoutingImbalance.byDefault(ranks: ranks)
            #expect(value >= last)
            last = value
        }
    }

    @Test(
        "A fraction of the arithmetic that is given holds whatever the rows; a floor that is given is the whole floor")
    func overriding() throws {
        var e = Efficiencies.defaults(for: .blackwell)
        for (name, value) in [("dense_compute", 0.5), ("expert_compute", 0.4), ("narrow_expert_compute", 0.3)] {
            try e.set(name, to: value)
        }
        for weights in KernelCurves.Weights.allCases {
            #expect(e.dense[weights].compute == 0.5 && e.dense[weights].rows == 0)
            #expect(e.experts[weights].compute == (weights == .bits16 ? 0.4 : 0.3) && e.experts[weights].rows == 0)
        }
        try e.set("kernel_us", to: 0)
        try e.set("attention_kernel_us", to: 2)
        #expect(KernelCurves.Weights.allCases.allSatisfy { e.dense[$0].kernel == 0 } && e.kernel == 0)
        #expect(e.grouped.wide.kernel == 2 && e.grouped.wide.lane == 0 && e.latent.wide.kernel != 2)
    }
}
