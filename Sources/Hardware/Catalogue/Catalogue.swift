import CEmbedded
import JSON
import Sizing
import Text

/// What can be named in a hardware description: two data files in the binary, read at first use.
///
/// A device is its figures, a model the facts of its public `config.json` under that file's names; each entry has its
/// source, and `unverified` where a figure could not be checked against one.
public final class Catalogue: Sendable {
    /// An entry with what is known about its origin.
    public struct Entry<Value: Sendable>: Sendable {
        public let id: String
        public let value: Value
        public let source: String
        /// What could not be verified; `nil` where everything was.
        public let unverified: String?
        public let note: String?
        /// The entry as it stands in the file.
        public let text: JSONValue
    }

    public let devices: [Entry<DeviceDescription>]
    public let models: [Entry<ModelDescription>]

    /// The catalogue in the binary.
    public static let embedded: Catalogue = {
        do {
            return try Catalogue(
                devices: bytes(of: embedded_catalogue_devices()), models: bytes(of: embedded_catalogue_models()))
        } catch {
            // The files are fixed when the binary is built, and a test reads them: this cannot come from input.
            preconditionFailure("the embedded catalogue cannot be read: \(error)")
        }
    }()

    /// - Throws: `JSONError` or `InvalidInput` where a file is not what it should be.
    public init(devices: [UInt8], models: [UInt8]) throws {
        let deviceList = try JSONDocument(parsing: devices).root["devices"]
        let modelList = try JSONDocument(parsing: models).root["models"]
        guard let deviceList, let modelList else {
            throw InvalidInput(field: "catalogue", rule: "must have devices and models")
        }
        self.devices = try deviceList.elements.map { entry in
            try Self.entry(entry) { (id, name) throws(InvalidInput) in
                try DeviceFigures(entry).device(id: id, name: name)
            }
        }
        self.models = try modelList.elements.map { entry in
            guard let configuration = entry["config"] else {
                throw InvalidInput(field: "config", rule: "is missing from a model")
            }
            return try Self.entry(entry) { (id, name) throws(InvalidInput) in
                try ModelConfiguration(configuration).model(
                    id: id, name: name, unverified: entry["unverified"]?.string)
            }
        }
    }

    private static func bytes(of file: embedded_file) -> [UInt8] {
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private static func entry<Value: Sendable>(
        _ text: JSONValue, _ make: (String, String) throws(InvalidInput) -> Value
    ) throws(InvalidInput) -> Entry<Value> {
        guard let id = text["id"]?.string, let name = text["name"]?.string, let source = text["source"]?.string else {
            throw InvalidInput(field: "catalogue", rule: "must give id, name and source for each entry")
        }
        return Entry(
            id: id, value: try make(id, name), source: source, unverified: text["unverified"]?.string,
            note: text["note"]?.string, text: text)
    }
}

extension Catalogue {
    /// - Throws: `InvalidInput` with the nearest name where there is no such device.
    public func device(_ id: String) throws(InvalidInput) -> DeviceDescription {
        guard let entry = devices.first(where: { $0.id == id }) else {
            throw Self.unknown("device", id, devices.map(\.id))
        }
        return entry.value
    }

    /// - Throws: `InvalidInput` with the nearest name where there is no such model.
    public func model(_ id: String) throws(InvalidInput) -> ModelDescription {
        guard let entry = models.first(where: { $0.id == id }) else {
            throw Self.unknown("model", id, models.map(\.id))
        }
        return entry.value
    }

    private static func unknown(_ kind: String, _ id: String, _ ids: [String]) -> InvalidInput {
        let shown = String(decoding: id.utf8.prefix(64), as: UTF8.self)
        return InvalidInput(
            field: kind,
            rule: "is not in the catalogue: \"\(shown)\"\(NearestName.suggestion(for: id, among: ids))")
    }

    /// A model from the body of its Hugging Face `config.json`.
    ///
    /// - Parameters:
    ///   - configuration: the body.
    ///   - quantization: the file `hf_quant_config.json` beside it, which counts where the body states no quantization.
    public static func model(
        configuration: JSONValue, quantization: JSONValue? = nil
    ) throws(InvalidInput) -> ModelDescription {
        guard configuration.kind == .object else {
            throw InvalidInput(field: "", rule: "must be the name of a model or the body of its config.json")
        }
        let name = configuration["_name_or_path"]?.string ?? configuration["model_type"]?.string ?? "custom"
        return try ModelConfiguration(configuration, quantization: quantization).model(id: "custom", name: name)
    }

    /// A device from its figures, under the catalogue's names.
    public static func device(description: JSONValue) throws(InvalidInput) -> DeviceDescription {
        guard description.kind == .object else {
            throw InvalidInput(field: "", rule: "must be the name of a device or an object with its figures")
        }
        let names = DeviceFigures.fields
        for (name, _) in description.members {
            let text = name.string ?? ""
            guard names.contains(text) else {
                throw InvalidInput(
                    field: text, rule: "is not a figure of a device\(NearestName.suggestion(for: text, among: names))")
            }
        }
        for field in ["id", "name"] as [StaticString] where description[field].map({ $0.string == nil }) ?? false {
            throw InvalidInput(field: "\(field)", rule: "must be a string")
        }
        return try DeviceFigures(description).device(
            id: description["id"]?.string ?? "custom", name: description["name"]?.string ?? "custom")
    }
}
