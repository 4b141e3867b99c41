extension ReplayDeployment {
    /// Every request of a replay of `columns` that changes nothing, by the end of its last token: what a study needs that leaves out
    /// a beginning, or asks for other figures than ``ReplayOutcome`` has.
    ///
    /// - Parameters:
    ///   - columns: the requests.
    ///   - seed: of the lots, where routing draws them.
    ///   - control: looked at every few thousand events.
    public func completions(
        of columns: ReplayColumns, seed: UInt64 = 1, control: SimulationControl = SimulationControl()
    ) throws(SimulationError) -> [ReplayCompletion] {
        let bounds = PoolBounds(prefill: 0...max(0, prefillInstances), decode: 1...max(1, sizes.decode))
        var engine = ReplayEngine(
            self, source: columns, policy: StaticPolicy(), bounds: bounds, limits: ReplayLimits(),
            seriesWidth: max(1e-6, columns.duration), key: StreamKey(seed: seed), keepsCompletions: true)
        return try engine.run(control).measures.completions ?? []
    }
}
