import ContractTestSupport
import JSON
import SizingContract
import Testing

/// A plan that leaves something out says what it took, or its answer does not depend on it.
@Suite("Silent defaults of a plan")
struct SilentPlanDefaultTests {
    private static let members: [(name: String, value: String)] = [
        ("max_ratio", "512"), ("max_ffn_instances", "1"), ("microbatches", "2"), ("objective", #""instances""#),
    ]
    private static let limits: [(name: String, value: String)] = [
        ("max_batch", "4096"), ("margin_deviations", "3"), ("tpot_ms", "80"), ("tpot_percentile", #""mean""#),
    ]
    private static let hardware =
        #""hardware":{"model":"qwen3-30b-a3b","precision":{"weights":"fp8","kv":"bf16","dispatch":"fp8","combine":"bf16"},"#
        + #""attention":{"device":"h200-sxm"},"ffn":{"device":"h200-sxm","expert_parallel":8}}"#

    private func plan(without omitted: String?) throws -> (answer: String, assumptions: [String]) {
        func text(_ members: [(name: String, value: String)]) -> String {
            members.filter { $0.name != omitted }.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
        }
        let reply = try Reply(
            "/v1/plan",
            #"{"workload":{"slot_load":{"mean":3000,"stddev":2000,"skewness":1}},\#(Self.hardware),\#(text(Self.members)),"limits":{\#(text(Self.limits))}}"#
        )
        let deployment = try #require(reply.root["deployment"])
        var writer = JSONWriter()
        writer.value(deployment)
        return (String(decoding: try writer.finish(), as: UTF8.self), reply.assumptions)
    }

    @Test("Jitter makes a step longer, and none is what is meant where it is left out")
    func jitter() throws {
        func throughput(_ jitter: String) throws -> Double {
            try Reply(
                "/v1/plan",
                #"{"workload":{"slot_load":{"mean":599,"stddev":499.5,"skewness":2}},"hardware":\#(Sample.hardware),"batch_size":256\#(jitter)}"#
            ).number("deployment", "throughput")
        }
        let none = try throughput("")
        #expect(try throughput(#","jitter":{"attention_cv":0}"#) == none)
        #expect(try throughput(#","jitter":{"attention_cv":0.1,"ffn_cv":0.05}"#) < 0.99 * none)
        let reply = try Reply(
            "/v1/plan",
            #"{"workload":{"slot_load":{"mean":599,"stddev":499.5,"skewness":2}},"hardware":\#(Sample.hardware),"jitter":{}}"#
        )
        #expect(reply.errors == ["/jitter must have attention_cv or ffn_cv"])
    }

    @Test(
        "Each member that is left out adds a line, or changes nothing",
        arguments: (members + limits).map(\.name).filter { $0 != "tpot_ms" })
    func omitted(name: String) throws {
        let whole = try plan(without: nil)
        let less = try plan(without: name)
        let added = Set(less.assumptions).subtracting(whole.assumptions)
        #expect(!added.isEmpty, "\(name)")
        #expect(Set(whole.assumptions).isSubset(of: less.assumptions))
        if name != "microbatches" { #expect(less.answer == whole.answer) }
    }
}
