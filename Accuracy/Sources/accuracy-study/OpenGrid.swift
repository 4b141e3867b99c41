import Glibc
import Sizing

/// `script/accuracy open`: open bundles against the replay, over a grid. Prints every row; one whose error is beyond the tolerance although the
/// answer calls itself trustworthy ends in `!`, one within it that does not, in `?`.
///
/// - Parameters:
///   - folder: of azure.csv and mooncake.csv.
///   - requests: of each of six courses, at the least.
///   - wanted: names of lengths; empty for all.
func runOpenGrid(folder: String, requests: Int, wanted: [String]) throws {
    let cases = [
        try OpenCase.geometric(500), try OpenCase.lognormal(500, variation: 0.4),
        try OpenCase.lognormal(500, variation: 1.2),
        try OpenCase.trace("azure", folder + "/azure.csv", alpha: 0.0003),
        try OpenCase.trace("azure", folder + "/azure.csv", alpha: 0.00165),
        try OpenCase.trace("mooncake", folder + "/mooncake.csv", alpha: 0.0003),
    ]
    print("| lengths | κ | x | B | m | I | load | occupancy, mean TPOT | ± | TPOT p99 | ± | wait | ± | trustworthy |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    var measures = OpenMeasures()
    for one in cases where wanted.isEmpty || wanted.contains(where: { one.name.hasPrefix($0) }) {
        for (x, batchSize) in [(1, 64), (1, 256), (8, 16), (8, 128), (32, 32), (32, 256)] {
            for m in [nil, 2, 3] {
                for dispersion in batchSize == 128 ? [1.0, 4] : [1.0] {
                    var study = one
                    study.attentionInstances = x
                    study.batchSize = batchSize
                    study.microbatches = m
                    study.dispersion = dispersion
                    guard let solved = try study.solved() else { continue }
                    for share in [0.2, 0.5, 0.8, 0.949, 0.97] {
                        try row(study, solved, share: share, requests: requests, &measures)
                    }
                }
            }
        }
    }
}

private func row(
    _ study: OpenCase, _ solved: SolvedBundle, share: Double, requests: Int, _ measures: inout OpenMeasures
) throws {
    let shape =
        "\(study.attentionInstances) | \(study.batchSize) | \(study.microbatches.map(String.init) ?? "–") "
        + "| \(Int(study.dispersion)) | \(share)"
    let measured = try measures.measure("\(study.name) | \(shape)") {
        try study.measure(share: share, runs: 6, requests: requests, seed: 11)
    }
    guard let measured, let errors = try study.errors(measured, solved) else { return }
    let tolerance = share <= 0.8 ? 0.01 : 0.03
    func isBeyond(_ figure: OpenErrors.Figure, _ tolerance: Double) -> Bool {
        abs(figure.value) - figure.half > tolerance
    }
    let isOff = isBeyond(errors.occupancy, tolerance) || isBeyond(errors.p99, 0.03)
    let isTrusted = errors.service.isTrustworthy
    func text(_ figure: OpenErrors.Figure) -> String {
        "\(percent(figure.value)) | \(percent(figure.half).dropFirst())"
    }
    print(
        "| \(study.name) | \((solved.bundle.load.memory * 10).rounded() / 10) | \(shape) | \(text(errors.occupancy)) "
            + "| \(text(errors.p99)) | \(text(errors.wait)) "
            + "| \(isTrusted ? "yes" : "no")\(isOff && isTrusted ? " !" : !isOff && !isTrusted ? " ?" : "") |")
    fflush(nil)
}
