import Hardware
import JSON
import Planning
import Sizing
import Text

/// A plan for arrivals by the names of model and devices: what is left out is chosen. The input of a ``PlanByNameOperation``.
public struct NamedPlanning: Sendable {
    /// Model, devices and the degrees of parallelism that are fixed.
    public var description: OpenDescription
    public var prefillDevice: DeviceDescription
    /// Of a prefill instance; nil where it is to be chosen.
    public var prefillTensorParallel: Int?
    /// Tokens: the fixed prefill, and the mean of a geometric decode.
    public var prefill: Double
    public var decode: Double
    public var requestsPerSecond: Double
    public var dispersion: Double?
    /// Milliseconds: bounds on TTFT (p90), TPOT and wait (p99).
    public var ttft: Double?
    public var tpot: Double?
    public var wait: Double?
    public var cachedFraction: Double?
    /// GB/s of the link between the pools; nil for none.
    public var bandwidth: Double?
    /// nil for two.
    public var microbatches: Int?
    /// nil for 64.
    public var maximumRatio: Int?

    public init(
        _ description: OpenDescription, prefillDevice: DeviceDescription, prefill: Double, decode: Double,
        requestsPerSecond: Double
    ) {
        self.description = description
        self.prefillDevice = prefillDevice
        self.prefill = prefill
        self.decode = decode
        self.requestsPerSecond = requestsPerSecond
    }

    static let defaultMaximumRatio = 64

    /// The plan with everything chosen: the request of the `POST` that asks the same.
    func request() throws(ProblemDocument) -> PlanRequest {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: try text()) } catch let problem as ProblemDocument {
            throw problem
        } catch {
            throw .internal
        }
        var errors = ValidationErrors()
        guard let request = PlanRequest.decode(document.root, &errors), errors.isEmpty else {
            throw ProblemDocument(errors)
        }
        return request
    }

    /// The text of the `POST /v1/plan` that asks the same, with everything chosen.
    public func text() throws(ProblemDocument) -> [UInt8] {
        let workload: Workload
        let closed: HardwareDescription
        let tensor: Int
        do throws(InvalidInput) {
            workload = try Workload(.independent(prefill: .fixed(prefill), decode: .geometric(mean: decode)))
            closed = try description.closed(
                slotLoad: workload.slotLoad, microbatches: microbatches ?? NamedSizing.defaultMicrobatches)
            if let prefillTensorParallel { tensor = prefillTensorParallel } else { tensor = try smallestDegree(closed) }
        } catch {
            throw ProblemDocument(error, at: "/hardware")
        }
        return text(closed, tensor)
    }

    /// The fewest devices, a power of two, that hold the model; else the largest that divides its heads, which is refused by name.
    private func smallestDegree(_ closed: HardwareDescription) throws(InvalidInput) -> Int {
        var degree = 1
        while true {
            let instance = try PrefillInstance(device: prefillDevice, tensorParallel: degree)
            let derivation = PrefillDerivation(model: closed.model, precision: closed.precision, instance: instance)
            if derivation.weightBytes <= derivation.usableBytes { return degree }
            let next = 2 * degree
            guard next <= 1024, closed.model.attending.allSatisfy({ $0.attention.queryHeads % next == 0 }) else {
                return degree
            }
            degree = next
        }
    }

    private func text(_ closed: HardwareDescription, _ tensor: Int) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.object("arrivals") { writer in
            writer.field("requests_per_second", requestsPerSecond)
            if let dispersion { writer.field("dispersion", dispersion) }
        }
        writer.object("hardware") { closed.writeNames(into: &$0) }
        writer.object("limits") { writer in
            if let ttft { writer.field("ttft_ms", ttft) }
            if let tpot { writer.field("tpot_ms", tpot) }
            if let wait { writer.field("wait_ms", wait) }
        }
        writer.field("max_ratio", maximumRatio ?? Self.defaultMaximumRatio)
        writer.field("microbatches", microbatches ?? NamedSizing.defaultMicrobatches)
        writer.field("objective", Objective.devices.rawValue)
        writer.object("prefill") { writer in
            writer.field("device", prefillDevice.id)
            writer.field("tensor_parallel", tensor)
            if let cachedFraction { writer.field("cached_fraction", cachedFraction) }
        }
        if let bandwidth {
            writer.object("transfer") { writer in
                writer.field("bandwidth_gb_s", bandwidth)
                writer.field("overlap", CacheTransfer.Overlap.layerwise.rawValue)
            }
        }
        writer.object("workload") { writer in
            writer.field("prefill", prefill)
            writer.field("decode", decode)
        }
        writer.endObject()
        // Numbers were checked to be finite.
        return (try? writer.finish()) ?? []
    }
}
