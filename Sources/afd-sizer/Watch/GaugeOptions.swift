import ArgumentParser

/// The flags that make a watch show what it advises.
struct GaugeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve what is advised as Prometheus gauges at /metrics on this port; 0 takes a free one.",
            valueName: "port"))
    var gaugePort: Int?

    @Option(help: ArgumentHelp("The address that the gauges are served on (default: 127.0.0.1).", valueName: "address"))
    var gaugeHost: String?

    @Option(help: ArgumentHelp("The label key of the gauges (default: the plan's file name).", valueName: "name"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Seconds after which the replicas of the last plan are no longer shown (default: ten times --every).",
            valueName: "seconds"))
    var stale: Double?

    func validate() throws {
        guard gaugePort.map({ (0...65_535).contains($0) }) ?? true else {
            throw ValidationError("--gauge-port must be from 0 to 65535.")
        }
        guard stale.map({ (0.05...1e7).contains($0) }) ?? true else {
            throw ValidationError("--stale must be from 0.05 to 1e7.")
        }
        let needPort = [("gauge-host", gaugeHost != nil), ("key", key != nil), ("stale", stale != nil)]
        if gaugePort == nil, let flag = needPort.first(where: \.1)?.0 {
            throw ValidationError("--\(flag) needs --gauge-port.")
        }
    }

    /// The gauges, being served; nil where they are not asked for.
    ///
    /// - Parameters:
    ///   - plan: the file of the plan.
    ///   - every: seconds from one look to the next.
    /// - Throws: exit code 69 where the address cannot be had, which is said on standard error.
    func serve(plan: String, every: Double) throws -> GaugeServer? {
        guard let gaugePort else { return nil }
        let server = GaugeServer(
            AdviceGauges(key: key ?? Self.name(of: plan), staleAfter: stale ?? 10 * every))
        do {
            let address = try server.start(host: gaugeHost ?? "127.0.0.1", port: gaugePort)
            Output.error("gauges at \(address)")
        } catch {
            Output.error("\(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
        return server
    }

    /// Of `/etc/afd-sizer/decode.json`, `decode`; of standard input, `plan`.
    static func name(of file: String) -> String {
        guard let name = file.split(separator: "/").last, file != "-" else { return "plan" }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return String(name) }
        return String(name[..<dot])
    }
}
