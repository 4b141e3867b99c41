/// What the FFN and the link take for a microbatch, by its requests and the Attention instances that they lie on: worked out where it is
/// first asked for, and kept until its place is needed. A bundle has much the same number of requests for a long time.
struct SharedTimes {
    /// Microseconds.
    struct Times {
        var ffn = 0.0
        /// There and back, and how long each direction is busy.
        var communication = 0.0
        var out = 0.0
        var back = 0.0
    }

    private struct Entry {
        var requests = -1
        var instances = -1
        var times = Times()
    }

    private static let mask = 1023

    private let shape: ReplayBundleShape
    private var entries = [Entry](repeating: Entry(), count: mask + 1)

    init(_ shape: ReplayBundleShape) { self.shape = shape }

    /// Of a microbatch of `requests` requests on `instances` instances.
    @inline(__always)
    mutating func times(requests: Int, instances: Int) -> Times {
        let index = requests & Self.mask
        let entry = entries[index]
        if entry.requests == requests, entry.instances == instances { return entry.times }
        let times = workedOut(requests: requests, instances: instances)
        entries[index] = Entry(requests: requests, instances: instances, times: times)
        return times
    }

    private func workedOut(requests: Int, instances: Int) -> Times {
        let ratio = Double(instances) / Double(shape.ffnInstances)
        let each = Double(requests) / Double(instances)
        let (out, back) = shape.link.directions(ratio: ratio, requests: each)
        return Times(
            ffn: shape.stages.ffnTime(ratio: ratio, requests: each),
            communication: shape.link.time(ratio: ratio, requests: each), out: out, back: back)
    }
}
