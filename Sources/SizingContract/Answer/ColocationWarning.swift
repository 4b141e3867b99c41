import Text

extension Warning {
    /// Of a plan beside which nothing colocated stands.
    static let colocationNotCompared = Warning(
        code: "colocation_not_compared",
        detail: "no colocated instance to compare with: the devices of one Attention instance, or of a whole bundle, "
            + "cannot shard the model, or a step of theirs takes no time",
        pointer: "/hardware")
}
