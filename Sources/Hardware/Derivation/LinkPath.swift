import Text

/// What the bytes between the two sides go over: the scale-up links as far as a domain reaches, the scale-out links beyond.
///
/// A domain holds the FFN instance and as many whole Attention instances as there is room for. Those outside of it, and the FFN's end
/// of their bytes, are priced at scale-out. Unlike devices share no domain unless that is said. A bandwidth that is given holds for all.
public struct LinkPath: Hashable, Sendable {
    /// The links within the domain, or all of them where no domain ends.
    public let kind: LinkKind
    /// GB/s, one way and device.
    public let bandwidth: Double
    /// What lies beyond the domain; `nil` where nothing does, or is known.
    public let crossing: Crossing?
    /// What was assumed.
    public let assumptions: [String]

    public struct Crossing: Hashable, Sendable {
        /// Attention instances that share the FFN instance's domain.
        public let inside: Int
        /// GB/s of the scale-out links, one way and device.
        public let bandwidth: Double
    }

    /// - Throws: `InvalidInput` naming `communication.link` where a device lacks the link.
    init(
        _ link: HardwareDescription.Link, attention: HardwareDescription.AttentionInstance,
        ffn: HardwareDescription.FFNInstance
    ) throws(InvalidInput) {
        func common(_ path: KeyPath<DeviceDescription, Double?>) -> Double? {
            guard let one = attention.device[keyPath: path], let other = ffn.device[keyPath: path] else { return nil }
            return min(one, other)
        }
        let out = common(\.scaleOut)
        func missing(_ rule: String) -> InvalidInput { InvalidInput(field: "communication.link", rule: rule) }
        if let bandwidth = link.bandwidth {
            (kind, self.bandwidth, crossing, assumptions) = (link.kind, bandwidth, nil, [])
            return
        }
        guard link.kind == .scaleUp else {
            guard let out else {
                throw missing(
                    "must be a link that both devices are known to have: give bandwidth_gb_s, or another link")
            }
            (kind, bandwidth, crossing, assumptions) = (.scaleOut, out, nil, [])
            return
        }
        if attention.device != ffn.device, !link.joinsUnlikeDevices {
            guard let out else {
                throw missing(
                    "must not be scale_up between unlike devices that are not known to have a scale-out link: say "
                        + "shared_domain where scale-up links join them, or give bandwidth_gb_s")
            }
            (kind, bandwidth, crossing) = (.scaleOut, out, nil)
            assumptions = [
                "\(attention.device.id) and \(ffn.device.id) share no scale-up domain unless shared_domain says so: "
                    + "the link is priced at scale-out"
            ]
            return
        }
        guard let up = common(\.scaleUp) else {
            throw missing("must be a link that both devices are known to have: give bandwidth_gb_s, or another link")
        }
        (kind, bandwidth) = (.scaleUp, up)
        let domains = [attention.device.scaleUpDomain, ffn.device.scaleUpDomain].compactMap { $0 }
        guard let domain = domains.min() else {
            crossing = nil
            assumptions = ["the scale-up domain is not known: it is taken to hold the whole bundle"]
            return
        }
        guard let out else {
            crossing = nil
            assumptions = [
                "no scale-out link is known: what goes beyond the scale-up domain of \(domain) devices is priced at scale-up"
            ]
            return
        }
        let inside = max(0, domain - ffn.devices) / attention.devices
        crossing = Crossing(inside: inside, bandwidth: out)
        assumptions = [
            "a scale-up domain of \(domain) devices holds the FFN instance and \(inside) Attention instances; more of them are "
                + "reached at scale-out"
        ]
    }
}
