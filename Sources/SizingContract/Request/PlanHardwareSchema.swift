import Hardware
import JSON
import Planning
import Sizing
import Text

/// The hardware of a plan: one pair of instances, or, where a `device` is an array, each pair of the two lists.
struct PlanHardwareSchema: Sendable {
    /// One pair before prices.
    struct Choice: Sendable {
        var hardware: CheckedHardware

        var assumptions: [String] { hardware.derived?.assumptions ?? [] }

        /// - Parameter batchSize: nil where the plan chooses it: bounds over batches need one line for all.
        func pair(
            slotLoad: SlotLoad, batchSize: Int?, margin: Double, prices: Rates?, power: Rates?,
            speculation: SpeculativeDecoding?
        ) throws(InvalidInput) -> InstancePair {
            var pair: InstancePair
            switch hardware.latencies {
            case .derived(let derived): pair = try InstancePair(derived, slotLoad: slotLoad, marginDeviations: margin)
            case .stages(let pooled), .measured(let pooled, attention: _):
                let stages = if let batchSize { try hardware.stages(batchSize: batchSize) } else { pooled }
                guard speculation == nil else {
                    throw InvalidInput(
                        field: "speculation", rule: "needs hardware by name: coefficients already say what a step takes"
                    )
                }
                pair = InstancePair(attention: .init(), ffn: .init(), latencies: .given(stages), slotLoad: slotLoad)
            }
            pair.attention.price = try prices?.of(pair.attention, \.attention, "prices")
            pair.ffn.price = try prices?.of(pair.ffn, \.ffn, "prices")
            if let power {
                pair.attention.power = try power.of(pair.attention, \.attention, "power")
                pair.ffn.power = try power.of(pair.ffn, \.ffn, "power")
            }
            return pair
        }
    }

    /// Prices or watts: of an instance of each kind, or of one device by its id.
    struct Rates: Sendable {
        var attention: Double?
        var ffn: Double?
        var devices: [String: Double] = [:]

        init?(_ value: JSONValue, _ errors: inout ValidationErrors) {
            let fields: [StaticString] = ["attention_instance", "ffn_instance", "devices"]
            guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
            let range = 1e-9...1e12
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

    var choices: [Choice]

    static func decode(
        _ value: JSONValue, _ speculation: SpeculativeDecoding?, _ errors: inout ValidationErrors,
        _ assumptions: inout [StaticString]
    ) -> PlanHardwareSchema? {
        guard HardwareDescriptionSchema.matches(value) else {
            return HardwareSchema.read(value, &errors, &assumptions)
                .map { PlanHardwareSchema(choices: [Choice(hardware: $0)]) }
        }
        guard let descriptions = HardwareDescriptionSchema.descriptions(value, speculation, &errors) else {
            return nil
        }
        var choices: [Choice] = []
        for description in descriptions {
            let derived = errors.checked(value, try DerivedHardware(description))
            guard let derived else { return nil }
            choices.append(Choice(hardware: CheckedHardware(derived)))
        }
        return PlanHardwareSchema(choices: choices)
    }
}
