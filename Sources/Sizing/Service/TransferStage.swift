/// The link under load: what transfers take, and how they wait for it.
public struct TransferStage: Sendable {
    public let transfer: CacheTransfer
    /// Time of the link, and from the end of the prefill to the last byte, over requests by their prompt.
    let linkTimes: WeightedValues
    let times: WeightedValues
    private let service: ServiceTime

    /// - Parameters:
    ///   - prefill: what the transfer of a prompt runs beside; nil where nothing is known of it.
    ///   - transfer: how the cache moves.
    ///   - lengths: the lengths of the requests.
    public init(_ transfer: CacheTransfer, lengths: RequestLengths, prefill: PrefillTime?) {
        self.transfer = transfer
        linkTimes = lengths.prefill.map { transfer.linkTime(tokens: $0) }
        times = WeightedValues(
            zip(lengths.prefill.values, lengths.prefill.weights).map { tokens, weight in
                (
                    value: transfer.time(tokens: tokens, prefillTime: prefill?.time(tokens: tokens) ?? 0),
                    weight: weight
                )
            })
        service = ServiceTime(linkTimes)
    }

    /// Requests a second that the link could carry.
    public var capacity: Double { service.mean > 0 ? 1e6 / service.mean : .infinity }

    /// Share of the time that the link is busy.
    public func utilisation(_ arrivals: Arrivals) -> Double { arrivals.rate * service.mean }

    /// The wait for the link and the transfer; nil where the link cannot carry it.
    public func times(_ arrivals: Arrivals) -> DelayedValues? {
        WaitingTime.single(rate: arrivals.rate, service: service).map { DelayedValues(times, after: $0) }
    }

    func bound(_ arrivals: Arrivals, _ limits: ServiceLimits) -> ServiceBound? {
        utilisation(arrivals) <= limits.linkUtilisation ? nil : .transfer
    }
}
