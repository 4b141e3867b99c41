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

    @Test(
        "a value that cannot be the length of a trace is refused",
        arguments: ["0", "-1", "x", "1e9", "9999999999999999"])
    func wrongMaximumTrace(text: String) {
        #expect(throws: (any Error).self) { try Self.settings(["--max-trace", text]) }
        #expect(throws: (any Error).self) { try Self.settings([], ["AFD_SIZER_MAX_TRACE": text]) }
    }
}
