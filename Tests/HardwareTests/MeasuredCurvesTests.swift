import Hardware
import JSON
import TestSupport
import Testing

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
            [("bandwidth", curve.bandwidth), ("compute", curve.compute), ("floor", curve.kernel), ("lane", curve.lane)]
        }
        func product(_ curve: KernelCurves.Product) -> [(String, Double)] {
            [("bandwidth", curve.bandwidth), ("compute", curve.compute), ("rows", curve.rows), ("floor", curve.kernel)]
        }
        func experts(_ curve: KernelCurves.Experts) -> [(String, Double)] {
            [
                ("bandwidth", curve.bandwidth), ("compute", curve.compute), ("rows", curve.rows),
                ("floor", curve.kernels),
                ("picked", curve.picked), ("arrived", curve.arrived),
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
