import FoundationEssentials
import Glibc
import Sizing

func readTrace(_ path: String) throws -> Workload {
    var prefill: [Int] = []
    var decode: [Int] = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
        let parts = line.split(separator: ",")
        guard parts.count == 2, let p = Int(parts[0]), let d = Int(parts[1]) else { continue }
        prefill.append(p)
        decode.append(d)
    }
    return try Workload(.trace(RequestTrace(prefill: prefill, decode: decode)))
}

/// Pareto decode lengths with the tail index `shape`, up to a million steps, as weighted values.
func pareto(shape: Double, scale: Double, highest: Double) throws -> LengthDistribution {
    let count = 4000
    let values = (0..<count).map { index -> Double in
        let u = (Double(index) + 0.5) / Double(count)
        return min(highest, (scale * pow(1 - u, -1 / shape)).rounded())
    }
    return .empirical(try EmpiricalLengths(values: values))
}
