import JSON

/// The answers that have a page of their own.
public enum AnswerReport: Sendable, CaseIterable {
    case size, curve, simulation, plan, replay, workload, calibration, catalogue, export

    /// The page of an answer, as text.
    ///
    /// - Parameters:
    ///   - answer: JSON as the service writes it; what is not JSON comes back as it is.
    ///   - terminal: what the text is laid out for.
    ///   - chosen: a sentence on what was chosen for the caller; it stands first.
    public func text(_ answer: [UInt8], _ terminal: Terminal, chosen: String = "") -> String {
        guard let root = try? JSONDocument(parsing: answer).root else { return String(decoding: answer, as: UTF8.self) }
        var page = Page(terminal)
        page.sentence(chosen)
        switch self {
        case .size: SizeReport.write(root, &page)
        case .curve: CurveReport.write(root, &page)
        case .simulation: SimulationReport.write(root, &page)
        case .plan: PlanReport.write(root, &page)
        case .replay: ReplayReport.write(root, &page)
        case .workload: WorkloadReport.write(root, &page)
        case .calibration: CalibrationReport.write(root, &page)
        case .catalogue: CatalogueReport.write(root, &page)
        case .export: ExportReport.write(root, &page)
        }
        return page.text
    }

    /// A sentence on the deployment of a plan that is replayed.
    ///
    /// - Parameter plan: the answer of `/v1/plan`.
    public static func replayed(_ plan: [UInt8]) -> String {
        guard let deployment = try? JSONDocument(parsing: plan).root["deployment"] else { return "" }
        return "The plan for these flags is replayed: \(PlanReport.shape(deployment))."
    }
}
