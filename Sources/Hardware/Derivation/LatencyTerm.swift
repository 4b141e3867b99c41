/// One part of a stage's time, with what bounds it.
public struct LatencyTerm: Hashable, Sendable {
    public enum Bound: String, Hashable, Sendable, CaseIterable {
        /// Reading memory.
        case memory
        /// Arithmetic.
        case compute
        /// Bytes over a link.
        case link
        /// A fixed cost: launches, latencies.
        case overhead
    }

    public let name: String
    /// All layers of one step, microseconds.
    public let microseconds: Double
    public let bound: Bound
    /// Bytes that one device reads or sends for it in all layers, and operations it does; 0 for overheads.
    public let bytes: Double
    public let operations: Double

    /// The roofline: the longer of reading and computing.
    ///
    /// - Parameter stream: microseconds that reading takes at least, however little of the bandwidth it needs.
    static func roofline(
        _ name: String, bytes: Double, operations: Double, device: DeviceDescription, format: ElementFormat,
        bandwidth: Double, compute: Double, stream: Double = 0
    ) -> LatencyTerm {
        // 1 GB/s is 1e3 bytes a microsecond; 1 TFLOP/s is 1e6 operations a microsecond.
        let memory = max(bytes / (device.memoryBandwidth * 1e3 * bandwidth), stream)
        let arithmetic = operations / (device.peak(format.arithmetic) * 1e6 * compute)
        return LatencyTerm(
            name: name, microseconds: max(memory, arithmetic), bound: memory >= arithmetic ? .memory : .compute,
            bytes: bytes, operations: operations)
    }

    /// A product of `rows` rows with `parameters` weights, all layers together.
    static func product(
        _ name: String, parameters: Double, rows: Double, device: DeviceDescription, format: ElementFormat,
        curve: KernelCurves.Product
    ) -> LatencyTerm {
        .roofline(
            name, bytes: parameters * format.bytes, operations: 2 * parameters * (rows + curve.rows), device: device,
            format: format, bandwidth: curve.bandwidth, compute: curve.compute)
    }

    static func overhead(_ name: String, _ microseconds: Double) -> LatencyTerm {
        LatencyTerm(name: name, microseconds: microseconds, bound: .overhead, bytes: 0, operations: 0)
    }

    /// The terms of one name taken together; what bounds most of their time bounds the sum.
    static func combined(_ terms: [LatencyTerm]) -> [LatencyTerm] {
        var order: [String] = []
        var groups: [String: [LatencyTerm]] = [:]
        for term in terms where term.microseconds > 0 {
            if groups[term.name] == nil { order.append(term.name) }
            groups[term.name, default: []].append(term)
        }
        return order.map { name in
            let group = groups[name] ?? []
            let longest = group.max { $0.microseconds < $1.microseconds }
            return LatencyTerm(
                name: name, microseconds: group.reduce(0) { $0 + $1.microseconds }, bound: longest?.bound ?? .overhead,
                bytes: group.reduce(0) { $0 + $1.bytes }, operations: group.reduce(0) { $0 + $1.operations })
        }
    }
}

extension ElementFormat {
    /// The kind of kernels that multiply weights of this format on `device`.
    func kernels(on device: DeviceDescription) -> KernelCurves.Weights {
        if bytes > 1 { return .bits16 }
        if bytes > 0.75 { return .bits8 }
        return device.arithmetic(for: arithmetic) == .fp4 ? .bits4 : .widened4
    }
}
