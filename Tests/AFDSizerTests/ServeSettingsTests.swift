import ArgumentParser
import Configuration
import Testing

@testable import afd_sizer

/// From flags and variables to the settings of `serve`.
@Suite struct ServeSettingsTests {
    private static func settings(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ServeSettings {
        try ServeSettings(
            ServeOptions.parse(arguments), Settings(EnvironmentVariablesProvider(environmentVariables: variables)))
    }

    @Test("--max-trace bounds traces; a flag goes before its variable")
    func maximumTrace() throws {
        #expect(try Self.settings([]).traceLimit == 8 << 30)
        #expect(try Self.settings(["--max-trace", "5000"]).traceLimit == 5000)
        #expect(try Self.settings([], ["AFD_SIZER_MAX_TRACE": "700"]).traceLimit == 700)
        #expect(try Self.settings(["--max-trace", "5000"], ["AFD_SIZER_MAX_TRACE": "700"]).traceLimit == 5000)
    }

    @Test("limits of memory and of handshakes")
    func limits() throws {
        let defaults = try Self.settings([]).limits
        #expect(defaults.maximumWaitingOutput == 64 << 20 && defaults.maximumHandshakes == 1024)
        #expect(defaults.handshakeRate == nil)
        let set = try Self.settings(
            ["--max-waiting-output", "1000", "--max-handshakes", "10", "--handshake-rate", "2.5"]
        ).limits
        #expect(set.maximumWaitingOutput == 1000 && set.maximumHandshakes == 10 && set.handshakeRate == 2.5)
    }

    @Test("revocation lists need authorities, and metrics for probes a port")
    func whatGoesTogether() throws {
        let identity = ["--tls-certificate", "a", "--tls-private-key", "b"]
        let all = identity + ["--tls-client-ca", "c", "--tls-client-crl", "d"]
        #expect(try Self.settings(all).tls?.revocationListPath == "d")
        #expect(throws: ValidationError.self) { try Self.settings(identity + ["--tls-client-crl", "d"]) }
        #expect(try Self.settings(["--probe-port", "1", "--probe-metrics", "true"]).probesHaveMetrics)
        #expect(throws: ValidationError.self) { try Self.settings(["--probe-metrics", "true"]) }
    }

    @Test(
        "a value that cannot be the length of a trace is refused",
        arguments: ["0", "-1", "x", "1e9", "9999999999999999"])
    func wrongMaximumTrace(text: String) {
        #expect(throws: (any Error).self) { try Self.settings(["--max-trace", text]) }
        #expect(throws: (any Error).self) { try Self.settings([], ["AFD_SIZER_MAX_TRACE": text]) }
    }
}
