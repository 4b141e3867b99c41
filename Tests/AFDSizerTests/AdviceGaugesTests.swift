import ArgumentParser
import Testing

@testable import afd_sizer

@Suite struct AdviceGaugesTests {
    @Test("replicas by pool until the plan is too old; age and failures stay")
    func dialogue() {
        var gauges = AdviceGauges(key: "de\"code", staleAfter: 600)
        #expect(!gauges.text(at: 50).contains("afd_sizer_desired_replicas{"))
        #expect(gauges.text(at: 50).contains("\nafd_sizer_advice_failures_total{key=\"de\\\"code\"} 0\n"))
        gauges.planned([("attention", 8), ("ffn", 2), ("prefill", 3)], at: 100)
        gauges.failed()
        for now in [100.0, 700] {
            let text = gauges.text(at: now)
            #expect(text.contains("# TYPE afd_sizer_desired_replicas gauge\n"), "\(text)")
            #expect(text.contains("\nafd_sizer_desired_replicas{key=\"de\\\"code\",pool=\"attention\"} 8\n"), "\(text)")
            #expect(text.contains("\nafd_sizer_desired_replicas{key=\"de\\\"code\",pool=\"prefill\"} 3\n"), "\(text)")
        }
        let old = gauges.text(at: 700.5)
        #expect(!old.contains("pool="), "\(old)")
        #expect(old.contains("\nafd_sizer_advice_timestamp_seconds{key=\"de\\\"code\"} 100\n"), "\(old)")
        #expect(old.contains("\nafd_sizer_advice_failures_total{key=\"de\\\"code\"} 1\n"), "\(old)")
        gauges.planned([("attention", 9), ("ffn", 2)], at: 701)
        #expect(gauges.text(at: 702).contains("pool=\"attention\"} 9\n"))
        #expect(!gauges.text(at: 702).contains("prefill"))
    }

    @Test("the key is the plan's file name, less what follows its last dot")
    func key() {
        for (file, key) in [
            ("/etc/afd-sizer/decode.json", "decode"), ("fleet", "fleet"), ("a/b.c.json", "b.c"), (".json", ".json"),
            ("-", "plan"), ("/", "plan"),
        ] {
            #expect(GaugeOptions.name(of: file) == key)
        }
    }

    @Test(
        "what only gauges have needs a port; ports and ages are bounded",
        arguments: [
            ["--stale", "60"], ["--key", "a"], ["--gauge-host", "::"], ["--gauge-port", "65536"],
            ["--gauge-port", "-1"], ["--gauge-port", "1", "--stale", "0"], ["--gauge-port", "1", "--stale", "nan"],
        ])
    func usage(arguments: [String]) {
        #expect(throws: (any Error).self) { try GaugeOptions.parse(arguments) }
    }
}
