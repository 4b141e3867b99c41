import JSON
import Sizing
import Text

/// `jitter` and `occupancy`: what makes steps differ beside the requests.
struct ScatterSchema: Sendable {
    static let fields: [StaticString] = ["jitter", "occupancy"]

    var jitter = KernelJitter.none
    var occupancy = 1.0

    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> ScatterSchema {
        var scatter = ScatterSchema(jitter: jitter(object, &errors))
        if let given = object.optional("occupancy") {
            scatter.occupancy = given.number(in: SizingLimits.leastOccupancy...1, &errors) ?? 1
        }
        return scatter
    }

    /// ρB as whole requests, 1 or more: what a step of so many slots was measured as.
    static func occupied(_ batchSize: Int, _ occupancy: Double) -> Int {
        occupancy < 1 ? max(1, Int((occupancy * Double(batchSize)).rounded())) : batchSize
    }

    private static func jitter(_ object: ObjectReader, _ errors: inout ValidationErrors) -> KernelJitter {
        guard let given = object.optional("jitter"),
            let members = ObjectReader(given, fields: ["attention_cv", "ffn_cv"], &errors)
        else { return .none }
        if given.count == 0 { errors.add(given, "must have attention_cv or ffn_cv") }
        let attention = members.optional("attention_cv")?.number(&errors) ?? 0
        let ffn = members.optional("ffn_cv")?.number(&errors) ?? 0
        return errors.checked(given, try KernelJitter(attention: attention, ffn: ffn)) ?? .none
    }
}
