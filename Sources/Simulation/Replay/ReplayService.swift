import Sizing

/// What happens to a request before it is decoded: times of its prefill and of the transfer of its cache, microseconds.
///
/// The transfer's link is one server, first come, first served.
public struct ReplayService: Sendable {
    /// One request's way over the link.
    struct Transfer: Hashable, Sendable {
        /// How long the link is busy with it.
        var busy: Double
        /// What comes on top and keeps the link free: latency, coding.
        var delay = 0.0
        /// How long before the end of the prefill the link may begin with it.
        var head = 0.0
        /// The link is done with it no sooner after the end of the prefill; negative for before.
        var least = 0.0
    }

    /// t_P of a prompt of P tokens of which h are cached.
    let prefill: @Sendable (_ prompt: Int, _ cached: Int) -> Double
    /// Of a cache of so many tokens whose prefill took so long; `nil` where it takes no time.
    let transfer: (@Sendable (_ tokens: Int, _ prefill: Double) -> Transfer)?

    init(
        prefill: @escaping @Sendable (_ prompt: Int, _ cached: Int) -> Double,
        transfer: (@Sendable (_ tokens: Int, _ prefill: Double) -> Transfer)? = nil
    ) {
        self.prefill = prefill
        self.transfer = transfer
    }

    /// Of prefill instances and a link as the theory has them; what is cached is told by each request.
    public init(_ time: PrefillTime, transfer: CacheTransfer?) {
        prefill = { time.time(tokens: Double($0), cached: Double($1)) }
        guard let transfer else {
            self.transfer = nil
            return
        }
        self.transfer = { tokens, duration in Transfer.of(transfer, tokens: Double(tokens), prefillTime: duration) }
    }
}

extension ReplayService.Transfer {
    /// The link is busy for S/(ρ BW). Without a wait for it, it takes as long as ``CacheTransfer/time(tokens:prefillTime:)`` says.
    ///
    /// A function, since an initialiser would take a copy of `transfer` for each request.
    static func of(_ transfer: CacheTransfer, tokens: Double, prefillTime: Double) -> Self {
        var found = Self(busy: transfer.linkTime(tokens: tokens))
        // Without a prefill beside it nothing is sent before; with an endless one, all but the least.
        let whole = transfer.time(tokens: tokens, prefillTime: 0)
        found.delay = max(0, whole - found.busy)
        guard transfer.overlap == .layerwise else { return found }
        let layers = Double(transfer.layers)
        found.head = prefillTime * (layers - 1) / layers
        found.least = transfer.time(tokens: tokens, prefillTime: .greatestFiniteMagnitude) - found.delay
        return found
    }
}
