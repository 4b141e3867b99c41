import JSON
import Simulation
import Text

extension ValidationErrors {
    /// What a throwing step of the simulation makes; nil where it throws, and its error is added.
    mutating func checkedSimulation<T>(
        _ value: JSONValue, _ make: @autoclosure () throws(SimulationError) -> T
    ) -> T? {
        do throws(SimulationError) {
            return try make()
        } catch {
            add(value, error)
            return nil
        }
    }

    /// Adds why no simulation can be made of `value`.
    mutating func add(_ value: JSONValue, _ error: SimulationError) {
        let invalid: InvalidInput
        switch error {
        case .invalid(let field, let rule): invalid = InvalidInput(field: field, rule: rule)
        case .momentsOnly:
            invalid = InvalidInput(
                field: "workload",
                rule: "must describe requests to be simulated: of a slot_load only the moments are known")
        case .tooMuchWork(let estimate, let bound):
            invalid = InvalidInput(
                field: "requests_per_instance",
                rule: "makes an estimated \(Self.count(estimate)) completions and worker-steps over all ratios; "
                    + "the bound is \(Self.count(bound))")
        case .tooMuchMemory(let estimate, let bound):
            invalid = InvalidInput(
                field: "batch_size",
                rule: "makes slots of an estimated \(Self.count(estimate)) bytes at the largest ratio; the bound is "
                    + "\(Self.count(bound))")
        case .timedOut, .cancelled: invalid = InvalidInput(field: "timeout_ms", rule: "was reached")
        }
        add(value, invalid)
    }

    /// A whole number where it is short, else 1.2e+15.
    private static func count(_ value: Double) -> String {
        value < 1e15 ? "\(Int(value.rounded(.up)))" : "\(value)"
    }
}
