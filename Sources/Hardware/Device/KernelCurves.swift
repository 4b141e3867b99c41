import Glibc

/// How kernels run on a family of devices: what of the peaks they reach, and what they cost however little they do.
///
/// The forms are those that `Accuracy/kernel-fit` fits to measured kernels; a roofline is the longer of reading and computing.
public enum KernelCurves {
    /// The attention kernel of one layer: max(bytes/bandwidth, operations/compute, tokens·`stream`) + `kernel` + `lane` for each lane,
    /// a request and key-value head (a request where all heads share one entry).
    public struct Attention: Hashable, Sendable {
        /// Of HBM bandwidth, 0…1.
        public var bandwidth: Double
        /// Of the peak, 0…1.
        public var compute: Double
        /// Microseconds.
        public var kernel: Double
        /// Microseconds a lane.
        public var lane: Double
        /// Microseconds a token of one request: the pace of a long request that has the device almost for itself.
        public var stream: Double
    }

    /// A product with weights: max(weights/bandwidth, operations of the rows and `rows` more/compute) + `kernel`. The few more
    /// rows stand for tiles that are not full.
    public struct Product: Hashable, Sendable {
        public var bandwidth: Double
        public var compute: Double
        public var rows: Double
        public var kernel: Double
    }

    /// A layer of experts on one rank: as ``Product`` with `rows` more for each expert that is hit, then `kernels` for everything
    /// beside the products, `routing`·log₂ of all experts for sorting the picks, and the activations' traffic at HBM bandwidth: `picked` × 4 bytes × (both widths) for each pick, and
    /// `arrived` × 2 bytes × width for each token that arrives.
    public struct Experts: Hashable, Sendable {
        public var bandwidth: Double
        public var compute: Double
        public var rows: Double
        public var kernels: Double
        public var picked: Double
        public var arrived: Double
        /// Microseconds a doubling of the layer's experts.
        public var routing: Double

        /// Microseconds of everything beside the products and the traffic, of a layer with `experts` experts.
        func floor(experts: Int) -> Double { kernels + routing * log2(Double(max(experts, 1))) }
    }

    /// The kinds of weights that have kernels of their own.
    public enum Weights: Hashable, Sendable, CaseIterable {
        case bits16, bits8
        /// Multiplied in 4 bits.
        case bits4
        /// Of 4 bits, widened to 16 on the way to the matrix units.
        case widened4
    }

    /// A curve for each kind of weights.
    public struct ByWeights<Curve: Hashable & Sendable>: Hashable, Sendable {
        public var bits16: Curve
        public var bits8: Curve
        public var bits4: Curve
        public var widened4: Curve

        public subscript(weights: Weights) -> Curve {
            switch weights {
            case .bits16: bits16
            case .bits8: bits8
            case .bits4: bits4
            case .widened4: widened4
            }
        }

        /// Changes each of them.
        mutating func update(_ change: (inout Curve) -> Void) {
            change(&bits16)
            change(&bits8)
            change(&bits4)
            change(&widened4)
        }
    }

    /// A curve for caches of 2-byte elements, and one for those of 8 bits and fewer.
    public struct ByCache: Hashable, Sendable {
        public var wide: Attention
        public var narrow: Attention
    }
}
