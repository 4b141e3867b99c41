import Glibc

/// The discrete Fourier transform of a power-of-two length, in place, radix two.
///
/// Goals, in order: rounding error near 1e-16 · log₂ n (twiddles come from `sin` and `cos`, never from a recurrence); no
/// memory but the two arrays; some ten nanoseconds a point. Only the theory of the barrier uses it, at 16,384 points or
/// fewer, so nothing faster is needed.
public enum FourierTransform {
    /// The longest transform.
    public static let maximumCount = 16_384

    /// cos and sin of 2πk / maximumCount for k < maximumCount / 2, shared by all lengths.
    private static let twiddles: (cosines: [Double], sines: [Double]) = {
        let angles = (0..<(maximumCount / 2)).map { 2 * Double.pi * Double($0) / Double(maximumCount) }
        return (angles.map { cos($0) }, angles.map { sin($0) })
    }()

    /// X[k] = Σ_j x[j] e^(−2πi jk/n).
    ///
    /// Both arrays have the same length, a power of two up to ``maximumCount``. Exchange the two arguments for the
    /// inverse, which is then n times too large.
    public static func transform(real: inout [Double], imaginary: inout [Double]) {
        let n = real.count
        precondition(n == imaginary.count && n.nonzeroBitCount == 1 && n <= maximumCount)
        guard n > 1 else { return }
        reverseBits(&real, &imaginary)
        let (cosines, sines) = twiddles
        // Safety of the unchecked accesses: every index is below n, or below maximumCount / 2, by the loops' bounds.
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                cosines.withUnsafeBufferPointer { cosines in
                    sines.withUnsafeBufferPointer { sines in
                        var half = 1
                        while half < n {
                            let stride = maximumCount / (2 * half)
                            var start = 0
                            while start < n {
                                for k in 0..<half {
                                    let (c, s) = (cosines[k * stride], sines[k * stride])
                                    let (a, b) = (start + k, start + k + half)
                                    let re = real[b] * c + imaginary[b] * s
                                    let im = imaginary[b] * c - real[b] * s
                                    real[b] = real[a] - re
                                    imaginary[b] = imaginary[a] - im
                                    real[a] += re
                                    imaginary[a] += im
                                }
                                start += 2 * half
                            }
                            half *= 2
                        }
                    }
                }
            }
        }
    }

    private static func reverseBits(_ real: inout [Double], _ imaginary: inout [Double]) {
        let n = real.count
        let shift = UInt.bitWidth - n.trailingZeroBitCount
        for index in 0..<n {
            var reversed = 0
            var bits = UInt(index)
            for _ in 0..<(UInt.bitWidth - shift) {
                reversed = (reversed << 1) | Int(bits & 1)
                bits >>= 1
            }
            if index < reversed {
                real.swapAt(index, reversed)
                imaginary.swapAt(index, reversed)
            }
        }
    }
}
