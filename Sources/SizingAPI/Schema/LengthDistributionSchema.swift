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

    static func decode(_ value: JSONValue, bareNumber: BareNumber, _ problems: inout Problems) -> LengthDistribution? {
        if value.kind == .number { return decode(bare: value, bareNumber, &problems) }
        guard value.kind == .object else {
            problems.add(value, "must be a number or an object with \"distribution\", not \(value.kind.name)")
            return nil
        }
        guard let name = value["distribution"] else {
            problems.add(value, "must have the field \"distribution\"")
            return nil
        }
        switch name.choice(of: Kind.self, &problems) {
        case .fixed: return fixed(value, &problems)
        case .geometric: return geometric(value, &problems)
        case .uniform: return uniform(value, &problems)
        case .lognormal: return lognormal(value, &problems)
        case .empirical: return empirical(value, &problems)
        case nil: return nil
        }
    }

    private static func decode(bare value: JSONValue, _ meaning: BareNumber, _ problems: inout Problems)
        -> LengthDistribution?
    {
        let shortest = meaning == .fixed ? 0.0 : 1
        guard let number = value.number(in: shortest...SizingLimits.maximumLength, &problems) else { return nil }
        return problems.checked(
            value,
            meaning == .fixed ? try .fixed(number) : try .geometric(mean: number))
    }

    private static func fixed(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "value"], &problems)
        guard let length = object?.required("value", &problems)?.number(in: lengths, &problems) else { return nil }
        return problems.checked(value, try .fixed(length))
    }

    private static func geometric(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean"], &problems)
        guard let mean = object?.required("mean", &problems)?.number(in: lengths, &problems) else { return nil }
        return problems.checked(value, try .geometric(mean: mean))
    }

    private static func uniform(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "min", "max"], &problems)
        let range = 0...Int(SizingLimits.maximumLength)
        let minimum = object?.required("min", &problems)?.integer(in: range, &problems)
        let maximum = object?.required("max", &problems)?.integer(in: range, &problems)
        guard let minimum, let maximum else { return nil }
        return problems.checked(value, try .uniform(minimum: minimum, maximum: maximum))
    }

    private static func lognormal(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean", "stddev"], &problems)
        let mean = object?.required("mean", &problems)?.number(in: lengths, &problems)
        let deviation = object?.required("stddev", &problems)?.number(in: lengths, &problems)
        guard let mean, let deviation else { return nil }
        return problems.checked(value, try .lognormal(mean: mean, standardDeviation: deviation))
    }

    private static func empirical(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "values", "weights"], &problems)
        let values = object?.required("values", &problems)?.numbers(in: 0...SizingLimits.maximumLength, &problems)
        var weights: [Double]?
        if let given = object?.optional("weights") {
            guard let read = given.numbers(in: 0...1e18, &problems) else { return nil }
            weights = read
        }
        guard let values else { return nil }
        return problems.checked(value, .empirical(try EmpiricalLengths(values: values, weights: weights)))
    }
}
