import Hardware
import JSON
import Sizing
import Text

/// Hardware by name: a model, the devices of both sides and the link between them, from which the latencies are derived.
enum HardwareDescriptionSchema {
    private static let fields: [StaticString] = ["model", "precision", "attention", "ffn", "communication"]
    private static let attentionFields: [StaticString] = ["device", "data_parallel", "tensor_parallel", "efficiencies"]
    private static let ffnFields: [StaticString] = [
        "device", "expert_parallel", "tensor_parallel", "balanced", "efficiencies",
    ]

    /// Whether `value` is of this form: only it has a `model`.
    static func matches(_ value: JSONValue) -> Bool { value["model"] != nil }

    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> DerivedHardware? {
        guard let choices = choices(value, [nil], lists: false, &errors) else { return nil }
        return errors.checked(value, try choices.derived().hardware[0])
    }

    /// What is described, with as many devices and parallel degrees as are given where lists are taken.
    ///
    /// - Parameter speculation: ways to speculate, `[nil]` for none.
    static func choices(
        _ value: JSONValue, _ speculation: [SpeculativeDecoding?], lists: Bool, _ errors: inout ValidationErrors
    ) -> HardwareChoices? {
        let before = errors.total
        let object = ObjectReader(value, fields: fields, &errors)
        let model = object?.required("model", &errors).flatMap { Self.model($0, &errors) }
        let precision = object?.optional("precision").map { Self.precision($0, &errors) } ?? PrecisionRequest()
        let attention = object?.required("attention", &errors).map { Self.attention($0, lists, &errors) }
        let ffn = object?.required("ffn", &errors).map { Self.ffn($0, lists, &errors) }
        let link = object?.optional("communication").map { Self.link($0, &errors) } ?? HardwareDescription.Link()
        guard let model, let attention, let ffn, errors.total == before else { return nil }
        return HardwareChoices(
            model: model, precision: precision, attention: attention, ffn: ffn, link: link, speculation: speculation)
    }

    /// One device, or, where lists are taken, up to 16 of them.
    private static func devices(
        _ value: JSONValue, lists: Bool, _ errors: inout ValidationErrors
    ) -> [DeviceDescription] {
        guard lists, value.kind == .array else { return device(value, &errors).map { [$0] } ?? [] }
        guard value.count > 0 else {
            errors.add(value, "must not be empty")
            return []
        }
        var list: [DeviceDescription] = []
        guard let elements = value.array(limit: 16, &errors) else { return [] }
        for element in elements { if let device = device(element, &errors) { list.append(device) } }
        return list
    }

    private static func model(_ value: JSONValue, _ errors: inout ValidationErrors) -> ModelDescription? {
        guard let name = value.string else {
            return errors.checked(value, try Catalogue.model(configuration: value))
        }
        return named(value, &errors, try Catalogue.embedded.model(name))
    }

    private static func device(_ value: JSONValue, _ errors: inout ValidationErrors) -> DeviceDescription? {
        guard let name = value.string else {
            return errors.checked(value, try Catalogue.device(description: value))
        }
        return named(value, &errors, try Catalogue.embedded.device(name))
    }

    /// The catalogue names `model` or `device` in its error; here that is the value itself.
    private static func named<T>(
        _ value: JSONValue, _ errors: inout ValidationErrors, _ find: @autoclosure () throws(InvalidInput) -> T
    ) -> T? {
        do throws(InvalidInput) {
            return try find()
        } catch {
            errors.add(value, error.rule)
            return nil
        }
    }

    /// Formats by part of the model; what is left out is as published.
    private static func weights(
        _ value: JSONValue, _ precision: inout PrecisionRequest, _ errors: inout ValidationErrors
    ) {
        let parts: [(StaticString, WritableKeyPath<PrecisionRequest, ElementFormat?>)] = [
            ("attention", \.attention), ("dense", \.dense), ("shared", \.shared), ("routed", \.routed),
        ]
        guard let object = ObjectReader(value, fields: parts.map(\.0), &errors) else { return }
        for (name, path) in parts {
            if let given = object.optional(name) { precision[keyPath: path] = format(given, &errors) }
        }
    }

    private static func format(_ value: JSONValue, _ errors: inout ValidationErrors) -> ElementFormat? {
        do throws(InvalidInput) {
            if let bytes = value.number { return try ElementFormat(bytes: bytes) }
            if let name = value.string { return try ElementFormat(named: name) }
            errors.add(value, "must be the name of a format, or a number of bytes, not \(value.kind.name)")
        } catch {
            errors.add(value, error)
        }
        return nil
    }

    private static func precision(_ value: JSONValue, _ errors: inout ValidationErrors) -> PrecisionRequest {
        var precision = PrecisionRequest()
        guard let object = ObjectReader(value, fields: ["weights", "kv", "dispatch", "combine"], &errors) else {
            return precision
        }
        func read(_ name: StaticString, _ path: WritableKeyPath<PrecisionRequest, ElementFormat?>) {
            if let given = object.optional(name) { precision[keyPath: path] = format(given, &errors) }
        }
        if let parts = object.optional("weights"), parts.kind == .object {
            Self.weights(parts, &precision, &errors)
        } else {
            read("weights", \.weights)
        }
        read("kv", \.cache)
        read("dispatch", \.dispatch)
        read("combine", \.combine)
        return precision
    }

    private static func attention(
        _ value: JSONValue, _ lists: Bool, _ errors: inout ValidationErrors
    ) -> [HardwareDescription.AttentionInstance] {
        guard let object = ObjectReader(value, fields: attentionFields, &errors) else { return [] }
        let devices =
            object.required("device", &errors).map { Self.devices($0, lists: lists, &errors) } ?? []
        let data = degrees(object, "data_parallel", lists, &errors)
        let tensor = degrees(object, "tensor_parallel", lists, &errors)
        return devices.flatMap { device in
            let efficiencies = efficiencies(object, device, &errors)
            return data.flatMap { data in
                tensor.map { tensor in
                    HardwareDescription.AttentionInstance(
                        device: device, dataParallel: data, tensorParallel: tensor, efficiencies: efficiencies)
                }
            }
        }
    }

    /// `device`, `tensor_parallel` and `efficiencies` of a prefill instance, or of several where lists are taken.
    static func prefillInstances(
        _ object: ObjectReader, lists: Bool, _ errors: inout ValidationErrors
    ) -> [PrefillInstance] {
        let devices = object.required("device", &errors).map { Self.devices($0, lists: lists, &errors) } ?? []
        let tensor = degrees(object, "tensor_parallel", lists, &errors)
        var instances: [PrefillInstance] = []
        for device in devices {
            let efficiencies = efficiencies(object, device, &errors)
            for degree in tensor {
                let made = errors.checked(
                    object.value,
                    try PrefillInstance(device: device, tensorParallel: degree, efficiencies: efficiencies))
                if let made { instances.append(made) }
            }
        }
        return instances
    }

    private static func ffn(
        _ value: JSONValue, _ lists: Bool, _ errors: inout ValidationErrors
    ) -> [HardwareDescription.FFNInstance] {
        guard let object = ObjectReader(value, fields: ffnFields, &errors) else { return [] }
        let devices =
            object.required("device", &errors).map { Self.devices($0, lists: lists, &errors) } ?? []
        let expert = degrees(object, "expert_parallel", lists, &errors)
        let tensor = degrees(object, "tensor_parallel", lists, &errors)
        let balanced = object.optional("balanced")?.boolean(&errors) ?? false
        return devices.flatMap { device in
            let efficiencies = efficiencies(object, device, &errors)
            return expert.flatMap { expert in
                tensor.map { tensor in
                    HardwareDescription.FFNInstance(
                        device: device, expertParallel: expert, tensorParallel: tensor, efficiencies: efficiencies,
                        isBalanced: balanced)
                }
            }
        }
    }

    /// A degree of parallelism, or, where lists are taken, up to 16 of them; 1 where none is given. The description knows the
    /// narrower bounds.
    private static func degrees(
        _ object: ObjectReader, _ name: StaticString, _ lists: Bool, _ errors: inout ValidationErrors
    ) -> [Int] {
        guard let value = object.optional(name) else { return [1] }
        let range = 1...65_536
        guard lists, value.kind == .array else { return value.integer(in: range, &errors).map { [$0] } ?? [] }
        guard value.count > 0 else {
            errors.add(value, "must not be empty")
            return []
        }
        guard let elements = value.array(limit: 16, &errors) else { return [] }
        var degrees: [Int] = []
        for element in elements {
            guard let degree = element.integer(in: range, &errors) else { continue }
            if degrees.contains(degree) {
                errors.add(element, "must not be given twice")
            } else {
                degrees.append(degree)
            }
        }
        return degrees
    }

    private static func efficiencies(
        _ object: ObjectReader, _ device: DeviceDescription, _ errors: inout ValidationErrors
    ) -> Efficiencies? {
        guard let given = object.optional("efficiencies") else { return nil }
        guard given.kind == .object else {
            errors.add(given, "must be an object, not \(given.kind.name)")
            return nil
        }
        var efficiencies = Efficiencies.defaults(for: device.family)
        for (name, value) in given.members {
            guard let number = value.number(&errors) else { continue }
            do throws(InvalidInput) {
                try efficiencies.set(name.string ?? "", to: number)
            } catch {
                errors.add(value, error.rule)
            }
        }
        return efficiencies
    }

    private static func link(_ value: JSONValue, _ errors: inout ValidationErrors) -> HardwareDescription.Link {
        var link = HardwareDescription.Link()
        let fields: [StaticString] = ["link", "bandwidth_gb_s", "latency_us", "load", "shared_domain"]
        guard let object = ObjectReader(value, fields: fields, &errors) else { return link }
        if let kind = object.optional("link")?.choice(of: LinkKind.self, &errors) { link.kind = kind }
        link.bandwidth = object.optional("bandwidth_gb_s")?.number(in: 0.001...1e6, &errors)
        link.latency = object.optional("latency_us")?.number(in: 0...1e6, &errors)
        if let load = object.optional("load")?.choice(of: CommunicationLoad.self, &errors) { link.load = load }
        if let shared = object.optional("shared_domain")?.boolean(&errors) { link.joinsUnlikeDevices = shared }
        return link
    }
}
