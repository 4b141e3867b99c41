import JSON
import Simulation
import Text

/// `/v1/replay`: arrivals through a deployment and its scaling policies.
public struct ReplayOperation: JSONOperation {
    public static let name: StaticString = "/v1/replay"
    public static let canReportProgress = true
    public static let maximumLength: Int? = 48 << 20

    public static let remedy: StaticString = "lower the span, the rate or the deployment's size, or ask for fewer sides"

    private let limits: SimulationLimits
    /// In place of those of the request: names, or policies as JSON.
    private let policies: [String]
    /// In place of that of the request.
    private let trace: ReplayTrace?

    /// - Parameters:
    ///   - policies: in place of those of the request, names or policies as JSON; none for those of the request.
    ///   - trace: in place of that of the request; nil for that of the request.
    ///   - limits: what has to hold.
    public init(
        _ limits: SimulationLimits = SimulationLimits(), policies: [String] = [], trace: ReplayTrace? = nil
    ) {
        self.limits = limits
        self.policies = policies
        self.trace = trace
    }

    /// The same, of requests that were read from a file.
    public func replaying(_ trace: ReplayTrace) -> ReplayOperation {
        ReplayOperation(limits, policies: policies, trace: trace)
    }

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> ReplayRequest? {
        guard !policies.isEmpty, json.kind == .object else { return ReplayRequest.decode(json, trace, limits, &errors) }
        do throws(JSONError) {
            return ReplayRequest.decode(try JSONDocument(parsing: replaced(json)).root, trace, limits, &errors)
        } catch {
            let rule = "must be names or JSON objects, not \(policies.joined(separator: ", "))"
            errors.add(json, InvalidInput(field: "policies", rule: rule))
            return nil
        }
    }

    /// The request with the policies in place of its own, as text.
    private func replaced(_ json: JSONValue) throws(JSONError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in json.members where name.string != "policies" {
            writer.name(name.string ?? "")
            writer.value(value)
        }
        writer.name("policies" as StaticString)
        writer.beginArray()
        for policy in policies {
            if policy.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
                writer.value(try JSONDocument(parsing: Array(policy.utf8)).root)
            } else {
                writer.value(policy)
            }
        }
        writer.endArray()
        writer.endObject()
        // What was parsed is finite.
        return (try? writer.finish()) ?? []
    }

    /// A unit of work takes some ten to thirty nanoseconds; a plan for advice some milliseconds.
    public static func estimate(_ input: ReplayRequest) -> WorkEstimate {
        WorkEstimate(
            time: 2e-3 + 30e-9 * input.problem.estimatedWork,
            memory: input.problem.estimatedMemory(threads: input.threads))
    }

    public func admit(_ input: ReplayRequest) throws(ProblemDocument) {
        do throws(SimulationError) {
            try input.problem.checkSize(threads: input.threads)
        } catch {
            throw Self.problem(error, of: input)
        }
    }

    public static func reportsProgress(_ input: ReplayRequest) -> Bool { true }

    public func run(_ input: ReplayRequest, _ context: OperationContext) throws(ProblemDocument) -> ReplayAnswer {
        let deadline = context.start + Double(input.timeout)
        let isCancelled = context.isCancelled
        let control = SimulationControl {
            if isCancelled() { return .cancelled }
            return MonotonicClock.milliseconds() > deadline ? .timedOut : nil
        }
        do throws(SimulationError) {
            if let reason = control.stop() { throw reason }
            let outcomes = try input.problem.run(
                threads: limits.threads, control: control, progress: context.progress)
            return ReplayAnswer(outcomes, to: input)
        } catch {
            throw Self.problem(error, of: input)
        }
    }

    public static func write(_ output: ReplayAnswer, into writer: inout JSONWriter) { output.write(into: &writer) }

    public static func expectedLength(_ output: ReplayAnswer) -> Int {
        4096 + output.sides.reduce(0) { $0 + 2048 + 400 * $1.outcome.series.count }
    }

    private static func problem(_ error: SimulationError, of input: ReplayRequest) -> ProblemDocument {
        let field = input.isTrace ? "trace" : "arrivals"
        let rule: String
        switch error {
        case .timedOut:
            return ProblemDocument(
                .unavailable, "The replay was not done within timeout_ms; ask for less work or allow more time.",
                retryAfter: 1)
        case .cancelled: return ProblemDocument(.unavailable, "The replay was stopped.", retryAfter: 1)
        case .tooMuchWork(let estimate, let bound):
            rule =
                "makes an estimated \(count(estimate)) units of work over all policies and courses; the bound is "
                + "\(count(bound)): replay fewer requests, policies, replications or bundles"
        case .tooMuchMemory(let estimate, let bound):
            rule = "may need an estimated \(count(estimate)) bytes; the bound is \(count(bound))"
        case .momentsOnly, .invalid:
            var errors = ValidationErrors()
            errors.add(input.value, error)
            return ProblemDocument(errors)
        }
        return ProblemDocument(InvalidInput(field: field, rule: rule), at: "")
    }

    private static func count(_ value: Double) -> String {
        value < 1e15 ? "\(Int(value.rounded(.up)))" : "\(value)"
    }
}
