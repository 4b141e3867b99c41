import Sizing

/// Turns a bundle's shape and throughput into a fleet and its score.
struct Fleet {
    let target: FleetTarget
    /// What an Attention and an FFN instance count under the objective.
    let weights: (attention: Double, ffn: Double)
    /// Devices of an Attention and of an FFN instance.
    let devices: (attention: Int, ffn: Int)
    let devicesPerNode: Int?

    init(_ problem: PlanProblem, pair: InstancePair) {
        target = problem.target
        weights = problem.weights(of: pair)
        devices = (pair.attention.devices, pair.ffn.devices)
        devicesPerNode = problem.limits.devicesPerNode
    }

    /// Weight of so many instances, each role's devices rounded up to whole nodes.
    func weight(attention: Int, ffn: Int) -> Double {
        func counted(_ instances: Int, _ devices: Int) -> Double {
            guard let devicesPerNode else { return Double(instances) }
            let nodes = (instances * devices + devicesPerNode - 1) / devicesPerNode
            return Double(nodes * devicesPerNode) / Double(devices)
        }
        return counted(attention, devices.attention) * weights.attention + counted(ffn, devices.ffn) * weights.ffn
    }

    /// Bundles of xA–yF that the target asks for or allows; nil where not one is allowed.
    func bundles(attention x: Int, ffn y: Int, throughput: Double) -> Int? {
        switch target {
        case .shape: return 1
        case .demand(let tokens, _):
            let count = (tokens / throughput).rounded(.up)
            return count.isFinite && count <= 1e7 ? max(1, Int(count)) : nil
        case .total(let total):
            var count = total / (x * devices.attention + y * devices.ffn)
            while count > 0, nodes(count * x, devices.attention) + nodes(count * y, devices.ffn) > total { count -= 1 }
            return count > 0 ? count : nil
        case .each(let attention, let ffn):
            let count = min(
                nodesDown(attention) / (x * devices.attention), nodesDown(ffn) / (y * devices.ffn))
            return count > 0 ? count : nil
        }
    }

    /// Devices that so many instances take, in whole nodes.
    func nodes(_ instances: Int, _ devices: Int) -> Int {
        guard let devicesPerNode else { return instances * devices }
        return (instances * devices + devicesPerNode - 1) / devicesPerNode * devicesPerNode
    }

    private func nodesDown(_ devices: Int) -> Int {
        guard let devicesPerNode else { return devices }
        return devices / devicesPerNode * devicesPerNode
    }

    /// The score of a fleet of `bundles` bundles of xA–yF that give `throughput` tokens a second each.
    func score(attention x: Int, ffn y: Int, throughput: Double, bundles: Int) -> Double {
        switch target {
        case .shape: return throughput / weight(attention: x, ffn: y)
        case .demand(let tokens, let spares):
            return tokens / weight(attention: bundles * x + spares, ffn: bundles * y + spares)
        case .total, .each: return throughput * Double(bundles)
        }
    }

    /// An upper bound of the score of all bundles with x in `x`, y FFN instances, a throughput of at most `throughput` and
    /// one of at most `perWeight` per unit of x·w_A + y·w_F and of at most `perDevice` per device.
    func bound(
        x: ClosedRange<Int>, ffn y: Int, throughput: Double, perWeight: Double, perDevice: Double
    ) -> Double {
        switch target {
        case .shape: return perWeight
        case .demand(let tokens, let spares):
            let spare = Double(spares) * (weights.attention + weights.ffn)
            let bundles = max(1, (tokens / throughput).rounded(.up))
            let least = max(
                tokens / perWeight,
                bundles * (Double(x.lowerBound) * weights.attention + Double(y) * weights.ffn))
            return tokens / (least + spare)
        case .total(let total):
            let bundles = total / (x.lowerBound * devices.attention + y * devices.ffn)
            return min(Double(bundles) * throughput, Double(total) * perDevice)
        case .each(let attention, let ffn):
            let bundles = min(attention / (x.lowerBound * devices.attention), ffn / (y * devices.ffn))
            return Double(bundles) * throughput
        }
    }
}
