import JSON
import Sizing

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

    /// Values of an empirical distribution; the body's limit is reached long before.
    static let maximumValues = 1_000_000

    static func decode(_ value: JSONValue, bareNumber: BareNumber, _ problems: inout Problems) -> LengthDistribution? {
        if let number = value.number { return decode(number, at: value, bareNumber, &problems) }
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

    private static func decode(
        _ number: Double, at value: JSONValue, _ meaning: BareNumber, _ problems: inout Problems
    ) -> LengthDistribution? {
        do throws(SizingError) {
            switch meaning {
            case .fixed: return try .fixed(number)
            case .geometricMean: return try .geometric(mean: number)
            }
        } catch {
            // The model blames `value` or `mean`; here that is the number itself.
            problems.add(value, error.rule)
            return nil
        }
    }

    private static func fixed(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "value"], &problems)
        guard let length = object?.required("value", &problems)?.number(&problems) else { return nil }
        return problems.checked(value) { () throws(SizingError) in try .fixed(length) }
    }

    private static func geometric(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean"], &problems)
        guard let mean = object?.required("mean", &problems)?.number(&problems) else { return nil }
        return problems.checked(value) { () throws(SizingError) in try .geometric(mean: mean) }
    }

    private static func uniform(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "min", "max"], &problems)
        let range = 0...Int(SizingLimits.maximumLength)
        let minimum = object?.required("min", &problems)?.integer(in: range, &problems)
        let maximum = object?.required("max", &problems)?.integer(in: range, &problems)
        guard let minimum, let maximum else { return nil }
        return problems.checked(value) { () throws(SizingError) in try .uniform(minimum: minimum, maximum: maximum) }
    }

    private static func lognormal(_ value: JSONValue, _ problems: inout Problems) -> LengthDistribution? {
        let object = ObjectReader(value, fields: ["distribution", "mean", "stddev"], &problems)
        let mean = object?.required("mean", &problems)?.number(&problems)
        let deviation = object?.required("stddev", &problems)?.number(&problems)
        guard let mean, let deviation else { return nil }
        return problems.checked(value) { () throws(SizingError) in
            try .lognormal(mean: mean, standardDeviation: deviation)
        }
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
        return problems.checked(value) { () throws(SizingError) in
            .empirical(try EmpiricalLengths(values: values, weights: weights))
        }
    }
}
