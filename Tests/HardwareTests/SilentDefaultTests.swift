import Hardware
import JSON
import Testing
import Text

/// Nothing is taken in silence: every number of the catalogue has a source or the mark that it has none, and every input that
/// a derivation fills in has a line.
@Suite("Silent defaults")
struct SilentDefaultTests {
    private let catalogue = Catalogue.embedded

    @Test("Every number of the catalogue has a source, or the mark that it has none")
    func numbers() {
        for entry in catalogue.devices {
            let doubtful = Set((entry.unverified ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
            var figures: Set<String> = []
            for (name, value) in entry.text.members where value.kind == .number { figures.insert(name.string ?? "") }
            #expect(figures.count >= 4, "\(entry.id)")
            #expect(doubtful.isSubset(of: figures), "\(entry.id): \(doubtful.subtracting(figures))")
            // A source is where it can be looked up: a document of somebody, by name.
            #expect(isSource(entry.source) || figures == doubtful, "\(entry.id): \(entry.source)")
            #expect(entry.value.unverified == entry.unverified)
        }
        for entry in catalogue.models {
            #expect(isSource(entry.source), "\(entry.id): \(entry.source)")
            #expect((entry.unverified == nil) == !entry.value.warnings.contains { $0.code == "unverified" })
        }
    }

    private func isSource(_ text: String) -> Bool {
        text.count >= 12 && (text.contains(" ") || text.contains("/")) && !text.lowercased().contains("unknown")
    }

    @Test("Figures that were not checked, and efficiencies of another family, are told of both sides")
    func devices() throws {
        let model = try catalogue.model("qwen3-8b")
        for entry in catalogue.devices where entry.value.memoryCapacity > 20 {
            let description = try HardwareDescription(
                model: model, attention: .init(device: entry.value), ffn: .init(device: entry.value),
                link: .init(bandwidth: 50))
            let lines = try DerivedHardware(description).assumptions
            for side in ["attention", "ffn"] {
                let told = lines.filter { $0.hasPrefix("\(side): ") && $0.contains(entry.id) }
                #expect(told.contains { $0.contains("not checked") } == (entry.unverified != nil), "\(entry.id)")
                let isUsual = entry.value.family == .hopper || entry.value.family == .blackwell
                #expect(told.contains { $0.contains("efficiencies") } == !isUsual, "\(entry.id)")
            }
        }
    }

    @Test("Where the precision of a catalogue's model comes from is told, and what could not be checked of it")
    func models() throws {
        let device = try catalogue.device("gb200")
        for entry in catalogue.models {
            let lines = try DerivedHardware(
                HardwareDescription(
                    model: entry.value, attention: .init(device: device), ffn: .init(device: device, expertParallel: 8))
            ).assumptions
            #expect(lines.contains { $0.hasPrefix("precision of weights: ") }, "\(entry.id)")
            if let unverified = entry.unverified { #expect(lines.contains { $0.contains(unverified) }, "\(entry.id)") }
        }
    }

    /// What a description may leave out, and a word of the line that then stands for it.
    enum Omission: CaseIterable {
        case weights, cache, dispatch, combine, bandwidth, latency, imbalance, attentionDegrees, ffnDegrees

        var word: String {
            switch self {
            case .weights: "precision of weights"
            case .cache: "precision of the KV cache"
            case .dispatch, .combine: "precision of activations"
            case .bandwidth: "GB/s one way"
            case .latency: "link latency"
            case .imbalance: "routing imbalance"
            case .attentionDegrees: "an Attention instance is one device"
            case .ffnDegrees: "an FFN instance is one device"
            }
        }
    }

    @Test("Each input that is left out has a line, which is not there where it is given", arguments: Omission.allCases)
    func omissions(omission: Omission) throws {
        func lines(without omitted: Omission?) throws -> [String] {
            var precision = PrecisionRequest(weights: .fp8, cache: .bf16, dispatch: .fp8, combine: .bf16)
            var link = HardwareDescription.Link(bandwidth: 50, latency: 10)
            var ffn = HardwareDescription.FFNInstance(
                device: try catalogue.device("h200-sxm"), expertParallel: 8, isBalanced: true)
            var attention = HardwareDescription.AttentionInstance(
                device: try catalogue.device("h200-sxm"), dataParallel: 2)
            switch omitted {
            case .weights: precision.weights = nil
            case .cache: precision.cache = nil
            case .dispatch: precision.dispatch = nil
            case .combine: precision.combine = nil
            case .bandwidth: link.bandwidth = nil
            case .latency: link.latency = nil
            case .imbalance: ffn.isBalanced = false
            case .attentionDegrees: attention.dataParallel = 1
            case .ffnDegrees: ffn.expertParallel = 1
            case nil: break
            }
            return try DerivedHardware(
                HardwareDescription(
                    model: try catalogue.model("qwen3-30b-a3b"), precision: precision, attention: attention, ffn: ffn,
                    link: link)
            ).assumptions
        }
        #expect(!(try lines(without: nil).contains { $0.contains(omission.word) }))
        #expect(try lines(without: omission).contains { $0.contains(omission.word) })
    }
}
