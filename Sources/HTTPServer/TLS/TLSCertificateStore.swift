/// The TLS context in use, replaced when its files change. Connections keep the context that they began with.
public typealias TLSCertificateStore = Reloadable<TLSContext>

extension Reloadable where Value == TLSContext {
    /// After 12 hours, in nanoseconds, a context is made anew even from unchanged files, which draws a new ticket key.
    static var ticketKeyLifetime: UInt64 { 12 * 3600 * 1_000_000_000 }

    /// - Throws: `TLSError.configuration` if the files cannot be used now. Later on such files are reported and ignored.
    public convenience init(
        _ configuration: TLSConfiguration, now: UInt64, report: @escaping @Sendable (ReloadEvent) -> Void = { _ in }
    ) throws {
        try self.init(
            name: "TLS certificate", paths: configuration.paths, maximumAge: Self.ticketKeyLifetime, now: now,
            report: report
        ) {
            try TLSContext(configuration)
        }
    }
}
