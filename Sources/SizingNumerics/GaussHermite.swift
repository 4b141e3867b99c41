/// Gauss's rule of nine nodes for E[φ(ξ)], ξ standard normal (Abramowitz and Stegun, table 25.10, turned to the density
/// e^(−x²/2)/√2π): exact for polynomials of up to degree 17.
public enum GaussHermite {
    public static let rule: [(node: Double, weight: Double)] = {
        let half = [
            (node: 0.0, weight: 0.40634920634920635),
            (node: 1.0232556637891326, weight: 0.24409750289493953),
            (node: 2.07684797867783, weight: 0.04991640676521782),
            (node: 3.20542900285647, weight: 0.0027891413212317692),
            (node: 4.512745863399783, weight: 2.2345844007746607e-05),
        ]
        return half.dropFirst().reversed().map { (-$0.node, $0.weight) } + half.map { ($0.node, $0.weight) }
    }()
}
