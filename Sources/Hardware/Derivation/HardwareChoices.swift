import Sizing
import Text

/// A model with several devices, parallel degrees or depths of speculation to choose among: every combination is a description.
///
/// What cannot be (a degree that does not divide the heads, a link that one device lacks) is left out and named, unless
/// nothing is left. Curves of t_F are derived once for each FFN instance and depth, whatever it is paired with.
public struct HardwareChoices: Sendable {
    public var model: ModelDescription
    public var precision: PrecisionRequest
    public var attention: [HardwareDescription.AttentionInstance]
    public var ffn: [HardwareDescription.FFNInstance]
    public var link: HardwareDescription.Link
    /// Ways to speculate; `[nil]` for none.
    public var speculation: [SpeculativeDecoding?]

    public init(
        model: ModelDescription, precision: PrecisionRequest = PrecisionRequest(),
        attention: [HardwareDescription.AttentionInstance], ffn: [HardwareDescription.FFNInstance],
        link: HardwareDescription.Link = HardwareDescription.Link(), speculation: [SpeculativeDecoding?] = [nil]
    ) {
        self.model = model
        self.precision = precision
        self.attention = attention
        self.ffn = ffn
        self.link = link
        self.speculation = speculation
    }

    /// Combinations there are; not all of them need be possible.
    public var count: Int {
        let (sides, overflow) = attention.count.multipliedReportingOverflow(by: ffn.count)
        let (all, more) = sides.multipliedReportingOverflow(by: max(1, speculation.count))
        return overflow || more ? .max : all
    }

    /// A combination that cannot be, and why.
    public struct Impossible: Hashable, Sendable {
        public let reason: InvalidInput
        /// How many combinations it takes away.
        public var combinations: Int
    }

    /// The curves of every possible combination, in the order of the lists, and what was left out.
    ///
    /// - Parameter stop: asked before each combination; true ends it, and what is returned is then not whole.
    /// - Throws: `InvalidInput` of the first combination where none is possible.
    public func derived(
        stop: () -> Bool = { false }
    ) throws(InvalidInput) -> (hardware: [DerivedHardware], impossible: [Impossible]) {
        var made: [DerivedHardware] = []
        var impossible: [Impossible] = []
        var curves: [FFNKey: LatencyModel] = [:]
        for attention in attention {
            for ffn in ffn {
                for speculation in speculation {
                    if stop() { return (made, impossible) }
                    do throws(InvalidInput) {
                        let description = try HardwareDescription(
                            model: model, precision: precision, attention: attention, ffn: ffn, link: link,
                            speculation: speculation)
                        let key = FFNKey(ffn: ffn, queryTokens: speculation?.queryTokens ?? 1)
                        let hardware = try DerivedHardware(description, ffn: curves[key])
                        curves[key] = hardware.ffn
                        made.append(hardware)
                    } catch {
                        if let index = impossible.firstIndex(where: { $0.reason == error }) {
                            impossible[index].combinations += 1
                        } else {
                            impossible.append(Impossible(reason: error, combinations: 1))
                        }
                    }
                }
            }
        }
        if made.isEmpty {
            throw impossible.first?.reason
                ?? InvalidInput(field: "device", rule: "must give at least one device for each side")
        }
        return (made, impossible)
    }

    /// What t_F depends on, of one model at one precision.
    private struct FFNKey: Hashable {
        let ffn: HardwareDescription.FFNInstance
        let queryTokens: Double
    }
}
