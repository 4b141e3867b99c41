import Calibration
import JSON
import Text

/// `/v1/calibrate`: measured latencies in, coefficients with their errors out.
public struct CalibrateOperation: JSONOperation {
    public static let name: StaticString = "/v1/calibrate"
    public static let remedy: StaticString =
        "send fewer samples"
    /// Samples are many and short.
    public static let maximumLength: Int? = 16 << 20

    public init() {}

    public func decode(_ json: JSONValue, _ errors: inout ValidationErrors) -> CalibrateRequest? {
        CalibrateRequest.decode(json, &errors)
    }

    /// The fits to each stage's samples; always long enough for the pool.
    public static func estimate(_ input: CalibrateRequest) -> WorkEstimate {
        input.stages.reduce(WorkEstimate(time: 2e-3)) { sum, stage in
            sum
                + WorkEstimate(
                    time: FitEffort.calibration(samples: stage.samples.count), memory: 512 * Double(stage.samples.count)
                )
        }
    }

    public func run(_ input: CalibrateRequest, _ context: OperationContext) throws(ProblemDocument) -> CalibrationAnswer
    {
        var errors = ValidationErrors()
        var stages: [CalibrationAnswer.Stage] = []
        for stage in input.stages {
            do throws(InvalidInput) {
                let calibration = try StageCalibration(stage.samples, stop: context.isCancelled)
                stages.append(.init(name: stage.name, calibration: calibration))
            } catch {
                try context.check()
                guard let value = stage.value else {
                    let named = InvalidInput(field: "\(stage.name).\(error.field)", rule: error.rule)
                    throw ProblemDocument(.unprocessableContent, named.description)
                }
                errors.add(value, error)
            }
        }
        try context.check()
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
