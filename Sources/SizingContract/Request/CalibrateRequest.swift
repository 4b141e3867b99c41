import Calibration
import JSON
import SizingNumerics
import Text

/// A checked `POST /v1/calibrate`: samples of the stages to be fitted.
public struct CalibrateRequest: Sendable {
    /// One stage.
    struct Stage: Sendable {
        var name: StaticString
        var samples: [LatencySample]
        /// Of the request, which errors of the fit point into; nil for a table, whose errors name stage and field.
        var value: JSONValue?
        /// Whether the latencies were said to be those of one layer.
        var hasLayers = false
    }

    var stages: [Stage]
    /// Of a table.
    var warnings: [Warning]
    /// Of the request.
    var hash: SipHash128.Value

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> CalibrateRequest? {
        guard let object = ObjectReader(value, fields: CalibrationSchema.stages, &errors) else { return nil }
        var stages: [Stage] = []
        for name in CalibrationSchema.stages {
            guard let given = object.optional(name),
                let stage = ObjectReader(given, fields: ["samples", "layers"], &errors),
                var samples = stage.required("samples", &errors).flatMap({ CalibrationSchema.samples($0, &errors) })
            else { continue }
            if let layers = LayersSchema.decode(stage, &errors) {
                guard
                    let repeated = errors.checked(
                        given, try samples.map { sample throws(InvalidInput) in try sample.repeated(layers: layers) })
                else { continue }
                samples = repeated
            }
            stages.append(Stage(name: name, samples: samples, value: given, hasLayers: given["layers"] != nil))
        }
        if stages.isEmpty, errors.isEmpty { errors.add(value, "must have samples of attention, ffn or communication") }
        return errors.isEmpty ? CalibrateRequest(stages: stages, warnings: [], hash: value.canonicalHash()) : nil
    }

    /// Reads a table of samples in CSV.
    ///
    /// - Throws: 422 naming the line, or the stage that is not known.
    public init(csv: [UInt8]) throws(ProblemDocument) {
        stages = []
        hash = SipHash128.hash(csv)
        do throws(InvalidInput) {
            let table = try SampleTable(csv)
            warnings = table.warnings
            for name in CalibrationSchema.stages {
                guard let stage = table.stages.first(where: { $0.stage == name.description }) else { continue }
                stages.append(Stage(name: name, samples: stage.samples, value: nil, hasLayers: table.hasLayers))
            }
        } catch {
            throw ProblemDocument(.unprocessableContent, error.description)
        }
    }

    /// The same of a step of so many layers, of one of which the latencies are; stages that say so themselves stay.
    ///
    /// - Parameter text: layers, as a query or a flag gives them.
    /// - Throws: 400 where that is no number of layers, 422 where a latency gets out of range.
    public func repeated(layers text: String) throws(ProblemDocument) -> CalibrateRequest {
        let layers = try LayersSchema.decode(text: text)
        var request = self
        request.hash = SipHash128.hash(Array("\(hash.hexadecimal) layers=\(layers)".utf8))
        do throws(InvalidInput) {
            for place in stages.indices where !stages[place].hasLayers {
                request.stages[place].samples = try stages[place].samples.map { sample throws(InvalidInput) in
                    try sample.repeated(layers: layers)
                }
                request.stages[place].hasLayers = true
            }
        } catch {
            throw ProblemDocument(.unprocessableContent, "With \(layers) layers \(error).")
        }
        return request
    }

    private init(stages: [Stage], warnings: [Warning], hash: SipHash128.Value) {
        self.stages = stages
        self.warnings = warnings
        self.hash = hash
    }
}
