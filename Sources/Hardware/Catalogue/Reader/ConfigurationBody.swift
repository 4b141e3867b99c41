import JSON
import Text

/// What a family's rules make of a body.
struct Architecture {
    /// One for each layer.
    var layers: [ModelDescription.Layers]
    /// Whether embedding and head are one matrix where the body does not say.
    var tiesEmbeddings = false
    /// `vocab_size` where the body does not say.
    var vocabulary = 0
    /// Parameters that belong to no layer's projections or networks.
    var otherParameters = 0.0
    /// Parameters that are only looked up, beside the embedding.
    var lookupParameters = 0.0
}

/// The rules by which the models of one kind of modelling code are made from their own keys.
struct Family: Sendable {
    let name: String
    /// Values of `model_type` and names in `architectures` that mean it.
    let types: Set<String>
    let architectures: Set<String>
    let read: @Sendable (ConfigurationBody) throws(InvalidInput) -> Architecture

    init(
        _ name: String, types: Set<String> = [], architectures: Set<String> = [],
        read: @escaping @Sendable (ConfigurationBody) throws(InvalidInput) -> Architecture
    ) {
        self.name = name
        self.types = types.union([name])
        self.architectures = architectures
        self.read = read
    }
}

/// An object of a `config.json`, with a record of the keys that were read: what is left is what nobody understood.
final class ConfigurationBody {
    let value: JSONValue
    /// Dotted path of this object in the body, with a dot at its end; empty for the body itself.
    let path: String
    private var read: Set<String> = []
    private var children: [ConfigurationBody] = []
    /// What the reader assumed, for the caller to know.
    private(set) var warnings: [Warning] = []

    init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    /// The value under a key, unless it is missing or null.
    func given(_ name: StaticString) -> JSONValue? {
        read.insert("\(name)")
        guard let found = value[name], !found.isNull else { return nil }
        return found
    }

    /// Marks keys that say nothing more once others were read.
    func ignore(_ names: StaticString...) {
        for name in names { read.insert("\(name)") }
    }

    /// Marks every key: the object is switched off.
    func ignoreAll() { for (name, _) in value.members { if let name = name.string { read.insert(name) } } }

    func warn(_ code: String, _ detail: String) { warnings.append(Warning(code: code, detail: detail)) }

    func fault(_ name: StaticString, _ rule: String) -> InvalidInput {
        InvalidInput(field: path + "\(name)", rule: rule)
    }

    /// Keys with a value that nobody read: not null, not false, not an empty list.
    var unread: [String] {
        value.members.compactMap { name, member -> String? in
            guard let name = name.string, !read.contains(name), !Self.saysNothing(member) else { return nil }
            return path + name
        } + children.flatMap(\.unread)
    }

    private static func saysNothing(_ value: JSONValue) -> Bool {
        value.isNull || value.bool == false || ((value.kind == .array || value.kind == .object) && value.count == 0)
    }
}

// MARK: Values

extension ConfigurationBody {
    /// The whole number under any of `names`, which mean the same: those that are given must agree.
    func integer(_ names: StaticString...) throws(InvalidInput) -> Int? { try integer(names) }

    private func integer(_ names: [StaticString]) throws(InvalidInput) -> Int? {
        var found: (name: StaticString, number: Int)?
        for name in names {
            guard let value = given(name) else { continue }
            let stated = value.kind == .array ? try sameForAllLayers(name, value) : value.integer
            guard let number = stated, 0...1_000_000_000_000 ~= number else {
                throw fault(name, "must be a whole number from 0 to 1000000000000")
            }
            if let found, found.number != number {
                throw fault(name, "must be the same as \(found.name), which is \(found.number)")
            }
            found = (name, number)
        }
        return found?.number
    }

    /// The number in a list with one for each layer, all the same.
    ///
    /// Hunyuan's bodies give the sizes of their mixtures so (`moe_topk`, `moe_intermediate_size`, `num_shared_expert`).
    private func sameForAllLayers(_ name: StaticString, _ value: JSONValue) throws(InvalidInput) -> Int? {
        let numbers = Set(value.elements.map(\.integer))
        guard numbers.count == 1, let first = numbers.first,
            value.count == self.value["num_hidden_layers"]?.integer
        else {
            throw fault(
                name, "must be a whole number, or a list with the same one for each layer: others are not modelled")
        }
        return first
    }

    func required(_ names: StaticString...) throws(InvalidInput) -> Int {
        guard let number = try integer(names) else {
            throw fault(names[0], "is missing from the model's configuration")
        }
        return number
    }

    func flag(_ name: StaticString) throws(InvalidInput) -> Bool? {
        guard let value = given(name) else { return nil }
        guard let flag = value.bool else { throw fault(name, "must be true or false") }
        return flag
    }

    /// The text under the first of `names` that is given.
    func text(_ names: StaticString...) throws(InvalidInput) -> String? {
        for name in names {
            guard let value = given(name) else { continue }
            guard let text = value.string else { throw fault(name, "must be a string") }
            return text
        }
        return nil
    }

    func integers(_ name: StaticString) throws(InvalidInput) -> [Int]? {
        guard let value = given(name) else { return nil }
        guard value.kind == .array else { throw fault(name, "must be a list of whole numbers") }
        var list: [Int] = []
        for element in value.elements {
            guard let number = element.integer, abs(number) < 1_000_000_000 else {
                throw fault(name, "must be a list of whole numbers")
            }
            list.append(number)
        }
        return list
    }

    /// The strings under the first of `names` that is given.
    func texts(_ names: StaticString...) throws(InvalidInput) -> [String]? {
        for name in names {
            guard let value = given(name) else { continue }
            guard value.kind == .array else { throw fault(name, "must be a list of strings") }
            var list: [String] = []
            for element in value.elements {
                guard let text = element.string else { throw fault(name, "must be a list of strings") }
                list.append(text)
            }
            return list
        }
        return nil
    }

    /// A nested object, whose keys must be read too.
    func object(_ name: StaticString) throws(InvalidInput) -> ConfigurationBody? {
        guard let value = given(name) else { return nil }
        guard value.kind == .object else { throw fault(name, "must be an object") }
        let child = ConfigurationBody(value, path: path + "\(name).")
        children.append(child)
        return child
    }

    /// Refuses a key that has a value other than `allowed`: what it would change is not modelled.
    func refuse(_ name: StaticString, unless allowed: Bool = false) throws(InvalidInput) {
        guard let value = given(name) else { return }
        if let flag = value.bool, flag == allowed { return }
        if !allowed, value.number == 0 || Self.saysNothing(value) { return }
        throw fault(name, "says something of the model that is not modelled")
    }

    /// A per-layer list, cut to the layers of the model: layers beyond are those that draft tokens for speculation.
    func perLayer<T>(_ name: StaticString, _ list: [T]?, layers: Int) throws(InvalidInput) -> [T]? {
        guard let list else { return nil }
        let drafts = try integer("num_nextn_predict_layers", "num_mtp_layers") ?? 0
        guard list.count == layers || (list.count > layers && list.count <= layers + max(drafts, 1)) else {
            throw fault(name, "must have as many elements as the model has layers, \(layers)")
        }
        return Array(list.prefix(layers))
    }
}
