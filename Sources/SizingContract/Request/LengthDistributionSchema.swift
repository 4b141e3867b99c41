import JSON
import Sizing
import Text

/// A prefill or decode length: a bare number, or an object that names its distribution.
enum LengthDistributionSchema {
    enum Kind: String, CaseIterable {
        case fixed, geometric, uniform, lognormal, empirical
    }

    /// What a bare number means.
    enum BareNumber {
        /// Prefill: always this length.
        case fixed
        /// Decode: geometric with this mean (the paper's model).
        case geometricMean
    }

    private static let lengths = 0...SizingLimits.maximumLength

    static func decode(_ value: JSONValue, bareNumber: BareNumber, _ errors: inout ValidationErrors)
        -> LengthDistribution?
    {
        if value.kind == .number { return decode(bare: value, bareNumber, &errors) }
        guard value.kind == .object else {
            errors.add(value, "must be a number or an object with \"distribution\", not \(value.kind.name)")
            return nil
        }
        guard let name = value["distribution"] else {
            errors.add(value, "must have the field \"distribution\"")
            return nil
        }
        switch name.choice(of: Kind.self, &errors) {
        case .fixed: return fixed(value, &errors)
        case .geometric: return geometric(value, &errors)
        case .uniform: return uniform(value, &errors)
        case .lognormal: return lognormal(value, &errors)
        case .empirical: return empirical(value, &errors)
        case nil: return nil
        }
    }

    private static func decode(bare value: JSONValue, _ meaning: BareNumber, _ errors: inout ValidationErrors)
        -> LengthDistribution?
    {
        let shortest = meaning == .fixed ? 0.0 : 1
        guard let number = value.number(in: shortest...SizingLimits.maximumLength, &errors) else { return nil }
        return errors.checked(
            value,
            meaning == .fixed ? try .fixed(number) : try .geometric(mean: number))
    }

    private static func fixed(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "value"], &errors)
        guard let length = object?.required("value", &errors)?.number(in: lengths, &errors) else { return nil }
        return errors.checked(value, try .fixed(length))
    }

    private static func geometric(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean"], &errors)
        guard let mean = object?.required("mean", &errors)?.number(in: lengths, &errors) else { return nil }
        return errors.checked(value, try .geometric(mean: mean))
    }

    private static func uniform(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "min", "max"], &errors)
        let range = 0...Int(SizingLimits.maximumLength)
        let minimum = object?.required("min", &errors)?.integer(in: range, &errors)
        let maximum = object?.required("max", &errors)?.integer(in: range, &errors)
        guard let minimum, let maximum else { return nil }
        return errors.checked(value, try .uniform(minimum: minimum, maximum: maximum))
    }

    private static func lognormal(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean", "stddev"], &errors)
        let mean = object?.required("mean", &errors)?.number(in: lengths, &errors)
        let deviation = object?.required("stddev", &errors)?.number(in: lengths, &errors)
        guard let mean, let deviation else { return nil }
        return errors.checked(value, try .lognormal(mean: mean, standardDeviation: deviation))
    }

    private static func empirical(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "values", "weights"], &errors)
        let values = object?.required("values", &errors)?.numbers(in: 0...SizingLimits.maximumLength, &errors)
        var weights: [Double]?
        if let given = object?.optional("weights") {
            guard let read = given.numbers(in: 0...1e18, &errors) else { return nil }
            weights = read
        }
        guard let values else { return nil }
        return errors.checked(value, .empirical(try EmpiricalLengths(values: values, weights: weights)))
    }
}
