import Sizing
import Testing
import Text

@testable import Hardware

@Suite("Devices, degrees and depths to choose among")
struct HardwareChoicesTests {
    private func choices(_ speculation: [SpeculativeDecoding?] = [nil]) throws -> HardwareChoices {
        let h800 = try Catalogue.embedded.device("h800")
        let h20 = try Catalogue.embedded.device("h20")
        return HardwareChoices(
            model: try Catalogue.embedded.model("qwen3-235b-a22b"),
            attention: [h800, h20].flatMap { device in
                [1, 3, 4].map { .init(device: device, tensorParallel: $0) }
            },
            ffn: [8, 16, 256].map { .init(device: h800, expertParallel: $0) }, speculation: speculation)
    }

    @Test("Every possible combination is there, with the curves that it has alone; the others are named")
    func combinations() throws {
        let depths = [nil, try SpeculativeDecoding(draftTokens: 2, accepted: 1.2)]
        let choices = try choices(depths)
        #expect(choices.count == 6 * 3 * 2)
        let (hardware, impossible) = try choices.derived()
        for one in hardware {
            let alone = try DerivedHardware(one.description)
            #expect(one == alone)
            #expect(try one.stages(batchSize: 32) == alone.stages(batchSize: 32))
        }
        // Three ranks do not divide 64 heads.
        #expect(hardware.allSatisfy { $0.description.attention.tensorParallel != 3 })
        #expect(impossible.contains { $0.reason.field == "attention.tensor_parallel" })
        #expect(hardware.count + impossible.reduce(0) { $0 + $1.combinations } == choices.count)
        #expect(Set(hardware.map(\.description)).count == hardware.count)
    }

    @Test("Where nothing is possible the first reason is the error")
    func nothing() throws {
        var choices = try choices()
        choices.attention = choices.attention.filter { $0.tensorParallel == 3 }
        let error = #expect(throws: InvalidInput.self) { try choices.derived() }
        #expect(error?.field == "attention.tensor_parallel")
    }

    @Test("Each depth keeps one more of the acceptances, and drafts one more token")
    func depths() throws {
        let acceptance = try AcceptanceByPosition(
            probabilities: [0.9, 0.7, 0.7, 0], draftTime: 5, draftTimePerToken: 20)
        let depths = try acceptance.depths()
        #expect(depths.map { $0?.draftTokens ?? 0 } == [0, 1, 2, 3, 4])
        let kept = depths.map { $0?.tokensPerStep ?? 1 }
        for (one, expected) in zip(kept, [1, 1.9, 2.6, 3.3, 3.3]) { #expect(abs(one - expected) < 1e-12) }
        #expect(depths.map { $0?.draftTime ?? 0 } == [0, 25, 45, 65, 85])
        // Ten certain tokens add up to ten, whatever rounding makes of them.
        let certain = try AcceptanceByPosition(probabilities: [Double](repeating: 1, count: 10)).depths()
        #expect(certain.last??.tokensPerStep == 11)
    }

    @Test(
        "Acceptances that rise, or are no probabilities, are refused by element",
        arguments: [
            ([0.5, 0.6], "acceptance.1"), ([1.1], "acceptance.0"), ([0.5, -0.1], "acceptance.1"), ([], "acceptance"),
            ([Double](repeating: 0.5, count: 17), "acceptance"), ([.nan], "acceptance.0"),
        ])
    func refused(probabilities: [Double], field: String) {
        let error = #expect(throws: InvalidInput.self) { try AcceptanceByPosition(probabilities: probabilities) }
        #expect(error?.field == field)
    }
}
