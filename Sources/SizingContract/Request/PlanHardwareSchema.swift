import Calibration
import Hardware
import JSON
import Planning
import Sizing
import Text

/// The hardware of a plan: one pair of instances by coefficients, or every combination of named devices, parallel degrees and
/// depths of speculation.
enum PlanHardwareSchema {
    /// Hardware before its latencies are derived.
    enum Checked: Sendable {
        case measured(CheckedHardware)
        case named(HardwareChoices)

        /// Pairs there may be.
        var count: Int {
            switch self {
            case .measured: 1
            case .named(let choices): choices.count
            }
        }

        var isNamed: Bool { if case .named = self { true } else { false } }

        /// Pieces of the curves; of names a few.
        var segments: Int {
            guard case .measured(let checked) = self, let stages = try? checked.pooledStages() else { return 16 }
            return stages.attention.segments.count + stages.ffn.segments.count + stages.communication.segments.count
        }

        /// Where the stages were measured; nothing for names.
        var ranges: MeasuredRanges {
            if case .measured(let checked) = self { checked.ranges } else { MeasuredRanges() }
        }

        /// What fitting the samples, or reading the model, gave cause for.
        var warnings: [Warning] {
            switch self {
            case .measured(let checked): checked.warnings
            case .named(let choices): choices.model.warnings.map { $0.below("/hardware/model") }
            }
        }
    }

    /// The pairs of instances, and what was left out or assumed of them.
    struct Pairs: Sendable {
        var pairs: [InstancePair]
        var assumptions: [String]
    }

    /// Derives the latencies, and adds prices and power.
    ///
    /// - Parameters:
    ///   - batchSize: nil where the plan chooses it: bounds over batches need one line for all.
    ///   - stop: asked before each pair; true ends it, and what is returned is then not whole.
    /// - Throws: `InvalidInput` of the hardware, or naming the prices or power that are missing.
    static func pairs(
        _ hardware: Checked, slotLoad: SlotLoad, batchSize: Int?, margin: Double, prices: Rates?, power: Rates?,
        stop: () -> Bool
    ) throws(InvalidInput) -> Pairs {
        var made = Pairs(pairs: [], assumptions: [])
        switch hardware {
        case .measured(let checked):
            let stages =
                if let batchSize { try checked.stages(batchSize: batchSize) } else { try checked.pooledStages() }
            made.pairs = [
                InstancePair(attention: .init(), ffn: .init(), latencies: .given(stages), slotLoad: slotLoad)
            ]
        case .named(let choices):
            let (derived, impossible) = try choices.derived(stop: stop)
            var known: Set<String> = []
            for hardware in derived {
                if stop() { break }
                made.pairs.append(try InstancePair(hardware, slotLoad: slotLoad, marginDeviations: margin))
                for assumption in hardware.assumptions where known.insert(assumption).inserted {
                    made.assumptions.append(assumption)
                }
            }
            for left in impossible {
                made.assumptions.append(
                    "\(left.combinations) combination\(left.combinations == 1 ? "" : "s") left out: \(left.reason)")
            }
        }
        for index in made.pairs.indices {
            var pair = made.pairs[index]
            pair.attention.price = try prices?.of(pair.attention, \.attention, "prices")
            pair.ffn.price = try prices?.of(pair.ffn, \.ffn, "prices")
            if let power {
                pair.attention.power = try power.of(pair.attention, \.attention, "power")
                pair.ffn.power = try power.of(pair.ffn, \.ffn, "power")
            }
            made.pairs[index] = pair
        }
        return made
    }

    /// Prices or watts: of an instance of each kind, or of one device by its id.
    struct Rates: Sendable {
        var attention: Double?
        var ffn: Double?
        var prefill: Double?
        var devices: [String: Double] = [:]

        init?(_ value: JSONValue, _ errors: inout ValidationErrors) {
            let fields: [StaticString] = ["attention_instance", "ffn_instance", "prefill_instance", "devices"]
            guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
            let range = 1e-9...1e12
            prefill = object.optional("prefill_instance")?.number(in: range, &errors)
            if let given = object.optional("devices") {
                guard given.kind == .object else {
                    errors.add(given, "must be an object, not \(given.kind.name)")
                    return nil
                }
                for (name, rate) in given.members {
                    if let rate = rate.number(in: range, &errors) { devices[name.string ?? ""] = rate }
                }
            } else {
                attention = object.required("attention_instance", &errors)?.number(in: range, &errors)
                ffn = object.required("ffn_instance", &errors)?.number(in: range, &errors)
                guard attention != nil, ffn != nil else { return nil }
            }
        }

        /// Of one prefill instance.
        func ofPrefill(_ kind: CheckedPrefill, _ field: String) throws(InvalidInput) -> Double {
            if let rate = prefill { return rate }
            if let device = kind.device, let rate = devices[device] { return rate * Double(kind.devices) }
            throw InvalidInput(
                field: field,
                rule: "must have prefill_instance\(kind.device.map { ", or devices with a rate for \($0)" } ?? "")")
        }

        /// Of one instance.
        func of(
            _ kind: InstancePair.Kind, _ path: KeyPath<Rates, Double?>, _ field: String
        ) throws(InvalidInput) -> Double {
            if let rate = self[keyPath: path] { return rate }
            guard let device = kind.device, let rate = devices[device] else {
                throw InvalidInput(
                    field: "\(field).devices", rule: "must have a rate for \(kind.device ?? "the devices in use")")
            }
            return rate * Double(kind.devices)
        }
    }

    static func decode(
        _ value: JSONValue, _ speculation: [SpeculativeDecoding?]?, _ errors: inout ValidationErrors,
        _ assumptions: inout [StaticString]
    ) -> Checked? {
        guard HardwareDescriptionSchema.matches(value) else {
            return HardwareSchema.read(value, &errors, &assumptions).map { .measured($0) }
        }
        let choices = HardwareDescriptionSchema.choices(value, speculation ?? [nil], lists: true, &errors)
        guard let choices else { return nil }
        guard choices.count <= PlanProblem.maximumPairs else {
            errors.add(
                value,
                "must make at most \(PlanProblem.maximumPairs) combinations of devices, parallel degrees and depths, not "
                    + "\(choices.count)")
            return nil
        }
        return .named(choices)
    }
}
