import Hardware
import JSON
import Sizing
import Text

/// Hardware by name: a model, the devices of both sides and the link between them, from which the latencies are derived.
enum HardwareDescriptionSchema {
    private static let fields: [StaticString] = ["model", "precision", "attention", "ffn", "communication"]
    private static let attentionFields: [StaticString] = ["device", "data_parallel", "tensor_parallel", "efficiencies"]
    private static let ffnFields: [StaticString] = ["device", "expert_parallel", "tensor_parallel", "efficiencies"]

    /// Whether `value` is of this form: only it has a `model`.
    static func matches(_ value: JSONValue) -> Bool { value["model"] != nil }

    static func decode(_ value: JSONValue, _ problems: inout Problems) -> DerivedHardware? {
        guard let description = description(value, &problems) else { return nil }
        return problems.checked(value, try DerivedHardware(description))
    }

    /// The description alone, where latencies are derived later.
    static func description(_ value: JSONValue, _ problems: inout Problems) -> HardwareDescription? {
        descriptions(value, nil, lists: false, &problems)?.first
    }

    /// One description for each pair of an Attention and an FFN device, where a `device` may be an array.
    static func descriptions(
        _ value: JSONValue, _ speculation: SpeculativeDecoding?, lists: Bool = true, _ problems: inout Problems
    ) -> [HardwareDescription]? {
        let before = problems.total
        let object = ObjectReader(value, fields: fields, &problems)
        let model = object?.required("model", &problems).flatMap { Self.model($0, &problems) }
        let precision = object?.optional("precision").map { Self.precision($0, &problems) } ?? PrecisionRequest()
        let attention = object?.required("attention", &problems).map { Self.attention($0, lists, &problems) }
        let ffn = object?.required("ffn", &problems).map { Self.ffn($0, lists, &problems) }
        let link = object?.optional("communication").map { Self.link($0, &problems) } ?? HardwareDescription.Link()
        guard let model, let attention, let ffn, problems.total == before else { return nil }
        var list: [HardwareDescription] = []
        for attention in attention {
            for ffn in ffn {
                let made = problems.checked(
                    value,
                    try HardwareDescription(
                        model: model, precision: precision, attention: attention, ffn: ffn, link: link,
                        speculation: speculation))
                guard let made else { return nil }
                list.append(made)
            }
        }
        return list
    }

    /// One device, or, where lists are taken, up to 16 of them.
    private static func devices(
        _ value: JSONValue, lists: Bool, _ problems: inout Problems
    ) -> [DeviceDescription] {
        guard lists, value.kind == .array else { return device(value, &problems).map { [$0] } ?? [] }
        guard value.count > 0 else {
            problems.add(value, "must not be empty")
            return []
        }
        var list: [DeviceDescription] = []
        guard let elements = value.array(limit: 16, &problems) else { return [] }
        for element in elements { if let device = device(element, &problems) { list.append(device) } }
        return list
    }

    private static func model(_ value: JSONValue, _ problems: inout Problems) -> ModelDescription? {
        guard let name = value.string else {
            return problems.checked(value, try Catalogue.model(configuration: value))
        }
        return named(value, &problems, try Catalogue.embedded.model(name))
    }

    private static func device(_ value: JSONValue, _ problems: inout Problems) -> DeviceDescription? {
        guard let name = value.string else {
            return problems.checked(value, try Catalogue.device(description: value))
        }
        return named(value, &problems, try Catalogue.embedded.device(name))
    }

    /// The catalogue blames `model` or `device`; here that is the value itself.
    private static func named<T>(
        _ value: JSONValue, _ problems: inout Problems, _ find: @autoclosure () throws(InvalidInput) -> T
    ) -> T? {
        do throws(InvalidInput) {
            return try find()
        } catch {
            problems.add(value, error.rule)
            return nil
        }
    }

    private static func precision(_ value: JSONValue, _ problems: inout Problems) -> PrecisionRequest {
        var precision = PrecisionRequest()
        guard let object = ObjectReader(value, fields: ["weights", "kv", "dispatch", "combine"], &problems) else {
            return precision
        }
        func read(_ name: StaticString, _ path: WritableKeyPath<PrecisionRequest, ElementFormat?>) {
            guard let given = object.optional(name) else { return }
            do throws(InvalidInput) {
                if let bytes = given.number {
                    precision[keyPath: path] = try ElementFormat(bytes: bytes)
                } else if let name = given.string {
                    precision[keyPath: path] = try ElementFormat(named: name)
                } else {
                    problems.add(given, "must be the name of a format, or a number of bytes, not \(given.kind.name)")
                }
            } catch {
                problems.add(given, error)
            }
        }
        read("weights", \.weights)
        read("kv", \.cache)
        read("dispatch", \.dispatch)
        read("combine", \.combine)
        return precision
    }

    private static func attention(
        _ value: JSONValue, _ lists: Bool, _ problems: inout Problems
    ) -> [HardwareDescription.AttentionInstance] {
        guard let object = ObjectReader(value, fields: attentionFields, &problems) else { return [] }
        let devices =
            object.required("device", &problems).map { Self.devices($0, lists: lists, &problems) } ?? []
        let data = degree(object, "data_parallel", &problems)
        let tensor = degree(object, "tensor_parallel", &problems)
        return devices.map {
            HardwareDescription.AttentionInstance(
                device: $0, dataParallel: data, tensorParallel: tensor,
                efficiencies: efficiencies(object, $0, &problems))
        }
    }

    private static func ffn(
        _ value: JSONValue, _ lists: Bool, _ problems: inout Problems
    ) -> [HardwareDescription.FFNInstance] {
        guard let object = ObjectReader(value, fields: ffnFields, &problems) else { return [] }
        let devices =
            object.required("device", &problems).map { Self.devices($0, lists: lists, &problems) } ?? []
        let expert = degree(object, "expert_parallel", &problems)
        let tensor = degree(object, "tensor_parallel", &problems)
        return devices.map {
            HardwareDescription.FFNInstance(
                device: $0, expertParallel: expert, tensorParallel: tensor,
                efficiencies: efficiencies(object, $0, &problems))
        }
    }

    /// A degree of parallelism; 1 where it is not given. The description knows the narrower bounds.
    private static func degree(_ object: ObjectReader, _ name: StaticString, _ problems: inout Problems) -> Int {
        object.optional(name)?.integer(in: 1...65_536, &problems) ?? 1
    }

    private static func efficiencies(
        _ object: ObjectReader, _ device: DeviceDescription, _ problems: inout Problems
    ) -> Efficiencies? {
        guard let given = object.optional("efficiencies") else { return nil }
        guard given.kind == .object else {
            problems.add(given, "must be an object, not \(given.kind.name)")
            return nil
        }
        var efficiencies = Efficiencies.defaults(for: device.family)
        for (name, value) in given.members {
            guard let number = value.number(&problems) else { continue }
            do throws(InvalidInput) {
                try efficiencies.set(name.string ?? "", to: number)
            } catch {
                problems.add(value, error.rule)
            }
        }
        return efficiencies
    }

    private static func link(_ value: JSONValue, _ problems: inout Problems) -> HardwareDescription.Link {
        var link = HardwareDescription.Link()
        let fields: [StaticString] = ["link", "bandwidth_gb_s", "latency_us", "load"]
        guard let object = ObjectReader(value, fields: fields, &problems) else { return link }
        if let kind = object.optional("link")?.choice(of: LinkKind.self, &problems) { link.kind = kind }
        link.bandwidth = object.optional("bandwidth_gb_s")?.number(in: 0.001...1e6, &problems)
        link.latency = object.optional("latency_us")?.number(in: 0...1e6, &problems)
        if let load = object.optional("load")?.choice(of: CommunicationLoad.self, &problems) { link.load = load }
        return link
    }

    /// Writes what each stage's time is made of at a sizing's recommendation, longest first.
    static func writeDerivation(
        _ hardware: DerivedHardware, _ problem: SizingProblem, ratio: Double, into writer: inout JSONWriter
    ) {
        writeDerivation(
            hardware, batchSize: problem.batchSize, meanContext: problem.workload.slotLoad.mean, ratio: ratio,
            into: &writer)
    }

    /// The same at any working point.
    static func writeDerivation(
        _ hardware: DerivedHardware, batchSize: Int, meanContext: Double, ratio: Double, into writer: inout JSONWriter
    ) {
        let terms = hardware.terms(batchSize: batchSize, meanContext: meanContext, ratio: ratio)
        func write(_ name: StaticString, _ terms: [LatencyTerm], _ writer: inout JSONWriter) {
            writer.array(name, terms) { writer, term in
                writer.beginObject()
                writer.field("term", term.name)
                writer.field("time_us", term.microseconds)
                writer.field("bound", term.bound.rawValue)
                writer.endObject()
            }
        }
        writer.object("derivation") { writer in
            write("attention", terms.attention, &writer)
            write("ffn", terms.ffn, &writer)
            write("communication", terms.communication, &writer)
        }
    }
}
