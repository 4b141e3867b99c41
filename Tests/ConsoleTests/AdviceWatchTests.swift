import JSON
import Testing

@testable import Console

/// Dialogues of looks and what is said.
@Suite struct AdviceWatchTests {
    private static func value(_ text: String) throws -> JSONValue { try JSONDocument(parsing: text).root }

    private static func answer(_ attention: Int, _ ffn: Int, _ action: String?) throws -> JSONValue {
        let advice = action.map { #","advice":{"action":"\#($0)","explanation":"Because."}"# } ?? ""
        return try value(#"{"deployment":{"attention_instances":\#(attention),"ffn_instances":\#(ffn)}\#(advice)}"#)
    }

    @Test("the first plan is said, then only what the advice changes; what was said stands as what runs")
    func dialogue() throws {
        let plan = try Self.value(
            #"{"hardware":{"a":1},"workload":{"old":1},"demand":{"requests_per_second":5,"headroom":1}}"#)
        let load = try Self.value(#"{"slot_load_mean":{"value":4458}}"#)
        var watch = AdviceWatch(plan)
        #expect(
            String(decoding: watch.request(plan, workload: load, rate: 7.5), as: UTF8.self)
                == #"{"hardware":{"a":1},"demand":{"requests_per_second":7.5,"headroom":1},"workload":{"slot_load_mean":{"value":4458}}}"#
        )
        let first = watch.looked(try Self.answer(4, 1, nil), workload: load, rate: 7.5)
        #expect(
            first?.text(at: "T", Terminal())
                == "T Run 4 Attention and 1 FFN instances: 4,458 tokens a slot, 7.5 requests a second.\n")
        // A plan within the hysteresis: the service says keep.
        #expect(watch.looked(try Self.answer(5, 1, "keep"), workload: load, rate: nil) == nil)
        #expect(watch.current?.attention == 4)
        // The same fleet is no change.
        #expect(watch.looked(try Self.answer(4, 1, "resize"), workload: load, rate: nil) == nil)
        let second = watch.looked(try Self.answer(8, 2, "resize"), workload: load, rate: nil)
        #expect(
            second?.text(at: "T", Terminal())
                == "T Run 8 Attention and 2 FFN instances in place of 4 Attention and 1 FFN instances: 4,458 tokens a slot. Because.\n"
        )
        #expect(
            second.map { String(decoding: $0.json(at: "T"), as: UTF8.self) }
                == #"{"time":"T","run":{"attention_instances":8,"ffn_instances":2},"in_place_of":{"attention_instances":4,"ffn_instances":1},"#
                + #""slot_load_mean":4458,"requests_per_second":null,"reason":"Because."}"# + "\n")
        #expect(
            String(decoding: watch.request(plan, workload: load, rate: nil), as: UTF8.self)
                .contains(#""requests_per_second":5,"#))
        #expect(
            String(decoding: watch.request(plan, workload: load, rate: nil), as: UTF8.self)
                .hasSuffix(#""current":{"attention_instances":8,"ffn_instances":2}}"#))
    }

    @Test("what the plan says of what runs counts from the first look on; prefill only where arrivals are planned")
    func current() throws {
        let plan = try Self.value(
            #"{"arrivals":{"requests_per_second":5},"current":{"attention_instances":4,"ffn_instances":1,"prefill_instances":2}}"#
        )
        let load = try Self.value("{}")
        var watch = AdviceWatch(plan)
        #expect(watch.looked(try Self.answer(5, 1, "keep"), workload: load, rate: nil) == nil)
        #expect(
            String(decoding: watch.request(plan, workload: load, rate: 9), as: UTF8.self)
                == #"{"arrivals":{"requests_per_second":9},"workload":{},"#
                + #""current":{"attention_instances":4,"ffn_instances":1,"prefill_instances":2}}"#)
    }

    @Test("spare instances of a plan run too: they are said, and stand in what runs")
    func spares() throws {
        let plan = try Self.value(#"{"demand":{"tokens_per_second":5,"spare_instances":1}}"#)
        var watch = AdviceWatch(plan)
        let answer = try Self.value(
            #"{"deployment":{"attention_instances":8,"ffn_instances":2,"spare_attention_instances":1,"spare_ffn_instances":1}}"#
        )
        let load = try Self.value("{}")
        #expect(watch.looked(answer, workload: load, rate: nil)?.to == watch.current)
        #expect(watch.current?.attention == 9 && watch.current?.ffn == 3)
        #expect(
            String(decoding: watch.request(plan, workload: load, rate: nil), as: UTF8.self)
                .hasSuffix(#""current":{"attention_instances":9,"ffn_instances":3}}"#))
    }

    @Test("an answer without a fleet says nothing") func none() throws {
        var watch = AdviceWatch(try Self.value("{}"))
        #expect(watch.looked(try Self.value("{}"), workload: try Self.value("{}"), rate: nil) == nil)
    }
}
