import ArgumentParser
import Configuration

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
