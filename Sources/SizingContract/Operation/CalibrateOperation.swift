import Calibration
import JSON
import Text

/// `/v1/calibrate`: measured latencies in, coefficients with their errors out.
public struct CalibrateOperation: JSONOperation {
    public static let name: StaticString = "/v1/calibrate"
    /// Samples are many and short.
    public static let maximumLength: Int? = 16 << 20

    public init() {}

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> CalibrateRequest? {
        CalibrateRequest.decode(json, &errors)
    }

    /// A fit takes some microseconds a sample, and its robust line compares pairs of samples.
    public static func estimate(_ input: CalibrateRequest) -> WorkEstimate {
        let samples = input.stages.reduce(0) { $0 + $1.samples.count }
        return WorkEstimate(time: 2e-3 + 10e-6 * Double(samples), memory: 256 * Double(samples))
    }

    public func run(_ input: CalibrateRequest, _ context: OperationContext) throws(ProblemDocument) -> CalibrationAnswer
    {
        var errors = ValidationErrors()
        var stages: [CalibrationAnswer.Stage] = []
        for stage in input.stages {
            do throws(InvalidInput) {
                stages.append(.init(name: stage.name, calibration: try StageCalibration(stage.samples)))
            } catch {
                guard let value = stage.value else {
                    let named = InvalidInput(field: "\(stage.name).\(error.field)", rule: error.rule)
                    throw ProblemDocument(.unprocessableContent, named.description)
                }
                errors.add(value, error)
            }
        }
        guard errors.isEmpty else { throw ProblemDocument(errors) }
        // In the order of a hardware description, whatever the order of a table.
        stages.sort { Self.place(of: $0) < Self.place(of: $1) }
        return CalibrationAnswer(
            stages: stages, warnings: input.warnings, hasLayers: input.stages.contains { $0.hasLayers },
            hash: input.hash)
    }

    public static func write(_ output: CalibrationAnswer, into writer: inout JSONWriter) {
        output.write(into: &writer)
    }

    public static func expectedLength(_ output: CalibrationAnswer) -> Int { 4096 }

    private static func place(of stage: CalibrationAnswer.Stage) -> Int {
        CalibrationSchema.stages.firstIndex { $0.description == stage.name.description } ?? 0
    }
}
