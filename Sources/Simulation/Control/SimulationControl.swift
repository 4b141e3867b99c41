/// How a running simulation hears that it should end, and tells how far it is.
public struct SimulationControl: Sendable {
    /// Worker-steps between two looks.
    static let interval = 4096

    /// Called every few thousand worker-steps, from whatever thread runs; returns why the run should end, if it should.
    public let stop: @Sendable () -> SimulationError?
    /// Called as often with the worker-steps made since the last call.
    let advanced: @Sendable (Int) -> Void

    public init(stop: @escaping @Sendable () -> SimulationError? = { nil }) {
        self.init(stop: stop, advanced: { _ in })
    }

    init(stop: @escaping @Sendable () -> SimulationError?, advanced: @escaping @Sendable (Int) -> Void) {
        self.stop = stop
        self.advanced = advanced
    }

    /// Reports `work` and throws if the run should end.
    func report(_ work: Int) throws(SimulationError) {
        advanced(work)
        if let reason = stop() { throw reason }
    }
}
