import ArgumentParser
import Configuration
import HTTPServer
import SizingAPI
import SizingContract

/// The settings of `serve` with all sources merged and checked.
struct ServeSettings {
    var host = "0.0.0.0"
    var port = 8080
    var probePort: Int?
    var probesHaveMetrics = false
    var tls: TLSConfiguration?
    var tokenFile: String?
    var protectsMetrics = false
    var rateLimit: (perSecond: Double, burst: Int)?
    var limits = ServerLimits()
    var loops: Int?
    var workers: Int?
    var workQueue = 64
    var bounds = WorkBounds()
    var simulation = SimulationLimits()
    var traceLimit = WorkloadRoute.defaultLimit
    var drainDelay = 0.0
    var gracePeriod = 30.0
    var logFormat = LogFormat.json
    var accessLog = true

    /// - Throws: `ValidationError` for values out of range or that do not go together.
    init(_ options: ServeOptions, _ settings: Settings) throws {
        host = try settings.value(options.host, "host") ?? host
        port = try Self.check(settings.value(options.port, "port"), "port", 0...65_535) ?? port
        probePort = try Self.check(settings.value(options.probePort, "probe-port"), "probe-port", 0...65_535)
        probesHaveMetrics = try settings.value(options.probeMetrics, "probe-metrics") ?? probesHaveMetrics
        guard probePort != nil || !probesHaveMetrics else {
            throw ValidationError("--probe-metrics needs --probe-port.")
        }
        tls = try Self.tls(options, settings)
        tokenFile = try settings.value(options.tokenFile, "token-file")
        protectsMetrics = try settings.value(options.protectMetrics, "protect-metrics") ?? protectsMetrics
        rateLimit = try Self.rateLimit(options, settings)
        limits.maximumBody =
            try Self.check(settings.value(options.maxBody, "max-body"), "max-body", 1...1 << 40) ?? limits.maximumBody
        limits.maximumConnections =
            try Self.check(settings.value(options.maxConnections, "max-connections"), "max-connections", 1...10_000_000)
            ?? limits.maximumConnections
        limits.maximumWaitingOutput =
            try Self.check(
                settings.value(options.maxWaitingOutput, "max-waiting-output"), "max-waiting-output", 0...1 << 50)
            ?? limits.maximumWaitingOutput
        limits.maximumWaitingInput =
            try Self.check(
                settings.value(options.maxWaitingInput, "max-waiting-input"), "max-waiting-input", 0...1 << 50)
            ?? limits.maximumWaitingInput
        limits.maximumHandshakes =
            try Self.check(settings.value(options.maxHandshakes, "max-handshakes"), "max-handshakes", 1...10_000_000)
            ?? limits.maximumHandshakes
        limits.handshakeRate = try Self.check(
            settings.value(options.handshakeRate, "handshake-rate"), "handshake-rate", 0.1...1e6)
        loops = try Self.check(settings.value(options.loops, "loops"), "loops", 1...256)
        workers = try Self.check(settings.value(options.workers, "workers"), "workers", 1...256)
        workQueue =
            try Self.check(settings.value(options.workQueue, "work-queue"), "work-queue", 0...1_000_000) ?? workQueue
        bounds = try Self.bounds(options, settings)
        simulation = try Self.simulation(options, settings)
        traceLimit =
            try Self.check(settings.value(options.maxTrace, "max-trace"), "max-trace", 1...1 << 50) ?? traceLimit
        drainDelay =
            try Self.check(settings.value(options.drainDelay, "drain-delay"), "drain-delay", 0...3_600) ?? drainDelay
        gracePeriod =
            try Self.check(settings.value(options.gracePeriod, "grace-period"), "grace-period", 0...3_600)
            ?? gracePeriod
        logFormat = try settings.value(options.logFormat, "log-format") ?? logFormat
        accessLog = try settings.value(options.accessLog, "access-log") ?? accessLog
    }

    private static func bounds(_ options: ServeOptions, _ settings: Settings) throws -> WorkBounds {
        let time = try check(
            settings.value(options.maxWorkSeconds, "max-work-seconds"), "max-work-seconds", 0.001...86_400)
        let memory = try check(
            settings.value(options.maxWorkMemory, "max-work-memory"), "max-work-memory", 1...1 << 50)
        return WorkBounds(
            time: time ?? WorkBounds.defaultTime, memory: memory.map { Double($0) } ?? WorkBounds.defaultMemory)
    }

    private static func simulation(_ options: ServeOptions, _ settings: Settings) throws -> SimulationLimits {
        let defaults = SimulationLimits()
        let work = try check(
            settings.value(options.maxSimulationWork, "max-simulation-work"), "max-simulation-work", 1...1e15)
        let time = try check(
            settings.value(options.maxSimulationTime, "max-simulation-time"), "max-simulation-time", 1...86_400_000)
        let cache = try check(
            settings.value(options.simulationCache, "simulation-cache"), "simulation-cache", 0...100_000)
        return SimulationLimits(
            maximumWork: work ?? defaults.maximumWork, maximumTimeout: time ?? defaults.maximumTimeout,
            cachedResults: cache ?? defaults.cachedResults)
    }

    private static func tls(_ options: ServeOptions, _ settings: Settings) throws -> TLSConfiguration? {
        let certificate = try settings.value(options.tlsCertificate, "tls-certificate")
        let key = try settings.value(options.tlsPrivateKey, "tls-private-key")
        let authority = try settings.value(options.tlsClientCA, "tls-client-ca")
        let lists = try settings.value(options.tlsClientCRL, "tls-client-crl")
        guard lists == nil || authority != nil else { throw ValidationError("--tls-client-crl needs --tls-client-ca.") }
        switch (certificate, key) {
        case (let certificate?, let key?):
            return TLSConfiguration(
                certificatePath: certificate, privateKeyPath: key, clientAuthorityPath: authority,
                revocationListPath: lists)
        case (nil, nil):
            guard authority == nil else { throw ValidationError("--tls-client-ca needs --tls-certificate.") }
            return nil
        default: throw ValidationError("--tls-certificate and --tls-private-key go together.")
        }
    }

    private static func rateLimit(
        _ options: ServeOptions, _ settings: Settings
    ) throws -> (perSecond: Double, burst: Int)? {
        let rate = try check(settings.value(options.rateLimit, "rate-limit"), "rate-limit", 0.001...1e6)
        let burst = try check(settings.value(options.rateBurst, "rate-burst"), "rate-burst", 1...1_000_000)
        guard let rate else { return nil }
        return (rate, burst ?? max(1, Int(rate)))
    }

    private static func check<Value: Comparable>(
        _ value: Value?, _ name: String, _ range: ClosedRange<Value>
    ) throws -> Value? {
        guard let value else { return nil }
        guard range.contains(value) else {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }
}

/// `AFD_SIZER_*` variables, which stand in for flags that are not given: `AFD_SIZER_PORT` for `--port`.
struct Settings {
    private let reader: ConfigReader

    init(_ provider: some ConfigProvider = EnvironmentVariablesProvider()) {
        reader = ConfigReader(provider: provider).scoped(to: ConfigKey(["afd", "sizer"]))
    }

    /// The flag's value, else the variable's, else nil.
    ///
    /// - Parameter name: the flag without its dashes, `probe-port`.
    /// - Throws: `ValidationError` where the variable has a value that the flag would not take.
    func value<Value: ExpressibleByArgument>(_ flag: Value?, _ name: String) throws -> Value? {
        if let flag { return flag }
        let parts = name.split(separator: "-").map(String.init)
        guard let text = reader.string(forKey: ConfigKey(parts)), !text.isEmpty else { return nil }
        guard let value = Value(argument: text) else {
            let variable = "AFD_SIZER_" + parts.joined(separator: "_").uppercased()
            throw ValidationError("The value '\(text)' of \(variable) is not one that --\(name) takes.")
        }
        return value
    }
}
