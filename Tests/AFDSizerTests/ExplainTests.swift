import Console
import Foundation
import Hardware
import Planning
import Sizing
import Testing

/// Codes and what is said of them.
@Suite struct ExplainTests {
    @Test("every code of a closed set is explained, where it stands")
    func closedSets() {
        let sets: [(Explanation.Kind, [String])] = [
            (.binding, ShadowPrice.Limit.allCases.map(\.rawValue)), (.binding, ServiceBound.allCases.map(\.rawValue)),
            (.binding, OpenShadowPrice.Limit.allCases.map(\.rawValue)),
            (.stage, Bottleneck.allCases.map(\.rawValue)), (.stage, Regime.allCases.map(\.rawValue)),
            (.advice, ResizeAdvice.Action.allCases.map(\.rawValue)),
            (.advice, ResizeAdvice.Reason.allCases.map(\.rawValue)),
            (.verdict, Colocation.Verdict.allCases.map(\.rawValue)),
            (.term, LatencyTerm.Bound.allCases.map(\.rawValue)),
        ]
        for (kind, codes) in sets {
            for code in codes {
                #expect(Explanation.of(code).contains { $0.kind == kind }, "\(kind): \(code)")
            }
        }
    }

    @Test("explain: codes, all of them, JSON, and the nearest to one that is unknown")
    func explain() async throws {
        let one = try await Program.run(["explain", "kv_memory", "-o", "table"])
        #expect(one.status == 0 && one.output.hasPrefix("kv_memory: limit that binds"), "\(one)")
        let json = try await Program.run(["explain", "tie"]).json()
        #expect((json["explanations"] as? [Any])?.count == 2)
        for width in [80, 200] {
            let all = try await Program.run(["explain", "-o", "table"], environment: ["COLUMNS": "\(width)"])
            #expect(all.status == 0 && all.output.contains("closed_form_not_trusted"))
            #expect(all.output.split(separator: "\n").allSatisfy { $0.count <= width })
        }
        let wrong = try await Program.run(["explain", "kv_memori"])
        #expect(wrong.status == 1 && wrong.output.isEmpty, "\(wrong)")
        #expect(wrong.error.contains("kv_memori") && wrong.error.contains("\"kv_memory\""), "\(wrong)")
    }

    @Test("whatever an answer assumes is explained, sentence by sentence")
    func assumptions() async throws {
        let named = ["--model", "deepseek-v3", "--device", "h200-sxm", "--prefill", "4000", "--decode", "800"]
        var answers = [
            try await Program.run(["plan"] + named + ["--requests-per-second", "5", "--bandwidth-gb-s", "10"]),
            try await Program.run(["size"] + named),
            try await Program.run(["replay"] + named + ["--requests-per-second", "5", "--duration-s", "20"]),
            try await Program.run(["plan", "-"], input: Inputs.plan),
            try await Program.run(["size", "-"], input: Inputs.size),
        ]
        for command in ["size", "simulate", "plan", "replay", "workload", "calibrate"] {
            let starter = try await Program.run(["init", command, "--quiet"])
            answers.append(try await Program.run([command, "-"], input: starter.output))
        }
        var sentences: Set<String> = []
        for answer in answers {
            let provenance = try answer.json()["provenance"] as? [String: Any]
            sentences.formUnion(try #require(provenance?["assumptions"] as? [String], "\(answer)"))
        }
        #expect(sentences.count > 30)
        for sentence in sentences { #expect(!Explanation.ofAssumption(sentence).isEmpty, "\(sentence)") }
        let words = try await Program.run(["explain", "expert-parallel", "ranks", "-o", "table"])
        #expect(words.status == 0 && words.output.hasPrefix("routing_imbalance: what was assumed"), "\(words)")
        let mixed = try await Program.run(["explain", "kv_memory", "ranks"])
        #expect(mixed.status == 1 && mixed.output.isEmpty && mixed.error.contains("ranks: there is no"), "\(mixed)")
    }

    @Test(
        "init writes what its command takes as it is, with comments on standard error",
        arguments: [
            "size", "curve", "simulate", "plan", "replay", "workload", "calibrate",
        ])
    func starter(command: String) async throws {
        let starter = try await Program.run(["init", command])
        #expect(starter.status == 0 && starter.error.contains("afd-sizer \(command)"), "\(starter)")
        let answer = try await Program.run([command, "-"], input: starter.output)
        #expect(answer.status == 0 && answer.error.isEmpty, "\(answer)")
        #expect(try !answer.json().isEmpty)
        let quiet = try await Program.run(["init", command, "--quiet"])
        #expect(quiet.output == starter.output && quiet.error.isEmpty, "\(quiet)")
    }

    @Test("completion writes the script of each shell", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let script = try await Program.run(["completion", shell])
        #expect(script.status == 0 && script.error.isEmpty, "\(script)")
        for name in CommandTests.names { #expect(script.output.contains(name), "\(name)") }
        let full = try await Program.run(["completion", shell], outputFile: "/dev/full")
        #expect(full.status == 69, "\(full)")
    }

    @Test(
        "what no command is and no shell ends with 64",
        arguments: [["init", "serve"], ["completion", "csh"], ["init"]])
    func usage(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
    }
}
