import Sizing

/// How well the inputs of a sizing are known, where they were measured. Independent of each other.
public struct InputErrors: Hashable, Sendable {
    /// Of θ and ν.
    public struct Load: Hashable, Sendable {
        /// Standard errors, tokens.
        public let mean: Double
        public let standardDeviation: Double
        /// −1…1.
        public let correlation: Double

        init(mean: Double, standardDeviation: Double, correlation: Double) {
            self.mean = mean
            self.standardDeviation = standardDeviation
            self.correlation = correlation
        }

        /// `nil` where so few requests define no errors.
        public init?(_ statistics: TraceStatistics) {
            guard let mean = statistics.loadMean.standardError,
                let deviation = statistics.loadStandardDeviation.standardError
            else { return nil }
            self.mean = mean
            standardDeviation = deviation
            correlation = statistics.loadErrorCorrelation
        }
    }

    /// Of α and β of one stage's line.
    public struct Line: Hashable, Sendable {
        /// Standard errors, microseconds per unit of load and microseconds.
        public let alpha: Double
        public let beta: Double
        public let covariance: Double

        public init(alpha: Double, beta: Double, covariance: Double) {
            self.alpha = alpha
            self.beta = beta
            self.covariance = covariance
        }

        /// Those of the line with all latencies multiplied.
        func scaled(by factor: Double) -> Line {
            Line(alpha: alpha * factor, beta: beta * factor, covariance: covariance * factor * factor)
        }

        /// `nil` for a line through two samples, whose errors are not defined.
        init?(_ fit: LineFit) {
            guard let alpha = fit.alpha.standardError, let beta = fit.beta.standardError,
                let covariance = fit.covariance
            else { return nil }
            self.init(alpha: alpha, beta: beta, covariance: covariance)
        }
    }

    public var load: Load?
    public var attention: Line?
    public var ffn: Line?
    public var communication: Line?

    public init(load: Load? = nil, attention: Line? = nil, ffn: Line? = nil, communication: Line? = nil) {
        self.load = load
        self.attention = attention
        self.ffn = ffn
        self.communication = communication
    }

    /// Whether nothing is known of any error.
    public var isEmpty: Bool { load == nil && attention == nil && ffn == nil && communication == nil }
}
