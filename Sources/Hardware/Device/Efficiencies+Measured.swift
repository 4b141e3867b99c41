// The numbers are those of Accuracy/kernel-fit/coefficients.json, as `fit.py` writes them; `MeasuredCurvesTests` compares them with a copy.

extension Efficiencies {
    /// The defaults of a family: fitted to one half of the kernels that aiconfigurator-core 0.12.0 measured (Apache-2.0); how the other
    /// half comes out stands in docs/accuracy.md.
    ///
    /// What a family has no rows for is taken from its next wider format. Links of Blackwell and Hopper: DeepEP's README for
    /// bandwidths (726 of 900 GB/s over NVLink, about 45 of 50 GB/s over RDMA); latencies are medians of DeepEP's low-latency dispatch
    /// and combine of up to 16 tokens, in a node and between nodes. Usable memory: 0.9, vLLM's `gpu_memory_utilization`.
    public static func defaults(for family: DeviceFamily) -> Efficiencies {
        switch family {
        case .hopper, .other: hopper
        case .blackwell: blackwell
        case .blackwellRTX: blackwellRTX
        case .ampere: ampere
        case .ada: ada
        case .ascend: ascend
        }
    }

    private static let hopper = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.8892, compute: 0.3982, kernel: 11.14, lane: 0.01037),
            narrow: KernelCurves.Attention(bandwidth: 0.806, compute: 0.03831, kernel: 9.27, lane: 0.002095)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.906, compute: 0.5937, kernel: 15.44, lane: 0.02679),
            narrow: KernelCurves.Attention(bandwidth: 0.7275, compute: 0.3325, kernel: 15.52, lane: 0.03204)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.8576, compute: 0.8414, rows: 86.24, kernel: 3.802),
            bits8: KernelCurves.Product(bandwidth: 0.8567, compute: 0.5445, rows: 104.1, kernel: 6.598),
            bits4: KernelCurves.Product(bandwidth: 0.8567, compute: 0.5445, rows: 104.1, kernel: 6.598),
            widened4: KernelCurves.Product(bandwidth: 0.8567, compute: 0.5445, rows: 104.1, kernel: 6.598)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.9, compute: 0.95, rows: 123.8, kernels: 30.25, picked: 3.188, arrived: 4.541),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8597, compute: 0.8797, rows: 174.2, kernels: 25.41, picked: 4.767, arrived: 4.238),
            bits4: KernelCurves.Experts(
                bandwidth: 0.8162, compute: 0.2681, rows: 22.09, kernels: 60.66, picked: 0.001, arrived: 20),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8162, compute: 0.2681, rows: 22.09, kernels: 60.66, picked: 0.001, arrived: 20)),
        kernel: 2.61, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.352, reductionLatency: 2.91,
        scaleUpLatency: 12.1, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let blackwell = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.9277, compute: 0.1098, kernel: 8.813, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.8959, compute: 0.0636, kernel: 10.43, lane: 0.001206)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.6945, compute: 0.5591, kernel: 12.54, lane: 0.002478),
            narrow: KernelCurves.Attention(bandwidth: 0.7891, compute: 0.4409, kernel: 11.84, lane: 0.006346)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.7813, compute: 0.7692, rows: 190.6, kernel: 3.173),
            bits8: KernelCurves.Product(bandwidth: 0.753, compute: 0.5293, rows: 138.4, kernel: 7.004),
            bits4: KernelCurves.Product(bandwidth: 0.7032, compute: 0.375, rows: 113.2, kernel: 5.926),
            widened4: KernelCurves.Product(bandwidth: 0.753, compute: 0.5293, rows: 138.4, kernel: 7.004)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.9244, compute: 0.95, rows: 250.4, kernels: 23.47, picked: 1.769, arrived: 6.322),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8511, compute: 0.95, rows: 105.8, kernels: 28.44, picked: 4.098, arrived: 5.717),
            bits4: KernelCurves.Experts(
                bandwidth: 0.9565, compute: 0.9449, rows: 187.1, kernels: 24.37, picked: 1.483, arrived: 9.203),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.434, rows: 57.08, kernels: 23.53, picked: 4.776, arrived: 16.23)),
        kernel: 1.85, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.297, reductionLatency: 4.44,
        scaleUpLatency: 17.3, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let blackwellRTX = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.9614, compute: 0.1529, kernel: 7.545, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.9768, compute: 0.2188, kernel: 9.786, lane: 0)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.7459, compute: 0.1376, kernel: 22.86, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.7459, compute: 0.1376, kernel: 22.86, lane: 0)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.956, compute: 0.8145, rows: 152.3, kernel: 3.143),
            bits8: KernelCurves.Product(bandwidth: 1, compute: 0.6975, rows: 152.6, kernel: 6.26),
            bits4: KernelCurves.Product(bandwidth: 0.7026, compute: 0.6615, rows: 144.5, kernel: 8.651),
            widened4: KernelCurves.Product(bandwidth: 1, compute: 0.6975, rows: 152.6, kernel: 6.26)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.9365, compute: 0.8341, rows: 153.4, kernels: 21.23, picked: 1.417, arrived: 1.772),
            bits8: KernelCurves.Experts(
                bandwidth: 0.935, compute: 0.7597, rows: 18.58, kernels: 27.39, picked: 0.9721, arrived: 15.18),
            bits4: KernelCurves.Experts(
                bandwidth: 0.8925, compute: 0.9469, rows: 173.6, kernels: 36.89, picked: 1.185, arrived: 1.647),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8608, compute: 0.6986, rows: 40.92, kernels: 39.31, picked: 0.001, arrived: 20)),
        kernel: 2.1, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.218, reductionLatency: 13.1,
        scaleUpLatency: 12.1, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let ampere = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.8764, compute: 0.1232, kernel: 17.31, lane: 0.006311),
            narrow: KernelCurves.Attention(bandwidth: 0.8764, compute: 0.1232, kernel: 17.31, lane: 0.006311)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.2473, compute: 0.2191, kernel: 60, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.1217, compute: 0.2372, kernel: 60, lane: 0)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            bits8: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            bits4: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            widened4: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.8344, compute: 0.2735, rows: 63.44, kernels: 46.75, picked: 7.325, arrived: 20),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8344, compute: 0.2735, rows: 63.44, kernels: 46.75, picked: 7.325, arrived: 20),
            bits4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.3451, rows: 17.88, kernels: 54.89, picked: 15.76, arrived: 20),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.3451, rows: 17.88, kernels: 54.89, picked: 15.76, arrived: 20)),
        kernel: 2.83, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.309, reductionLatency: 4.91,
        scaleUpLatency: 12.1, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let ada = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.8467, compute: 0.2214, kernel: 6.877, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.8516, compute: 0.1565, kernel: 9.356, lane: 0)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(bandwidth: 0.7925, compute: 0.1696, kernel: 16.61, lane: 0),
            narrow: KernelCurves.Attention(bandwidth: 0.7925, compute: 0.1696, kernel: 16.61, lane: 0)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.8063, compute: 0.6482, rows: 158.1, kernel: 2.622),
            bits8: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618),
            bits4: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618),
            widened4: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.7792, compute: 0.6266, rows: 122.4, kernels: 8.21, picked: 2.07, arrived: 1.267),
            bits8: KernelCurves.Experts(
                bandwidth: 0.7826, compute: 0.8118, rows: 305, kernels: 12.11, picked: 1.548, arrived: 2.61),
            bits4: KernelCurves.Experts(
                bandwidth: 0.7508, compute: 0.6335, rows: 51.85, kernels: 22.38, picked: 0.001, arrived: 20),
            widened4: KernelCurves.Experts(
                bandwidth: 0.7508, compute: 0.6335, rows: 51.85, kernels: 22.38, picked: 0.001, arrived: 20)),
        kernel: 2.1, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.31, reductionLatency: 13.1,
        scaleUpLatency: 12.1, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    /// Huawei's paper on CloudMatrix384 (arXiv 2506.12708) states for one die of a 910C: latent attention at 65 % of the arithmetic peak
    /// and 84 % of the bandwidth, 8-bit products at 77 to 83 %; sgl-kernel-npu's README 102 and 152 of 196 GB/s for dispatch and
    /// combine. Everything else is Hopper's.
    private static var ascend: Efficiencies {
        var values = hopper
        for cache in [\KernelCurves.ByCache.wide, \.narrow] {
            values.grouped[keyPath: cache].bandwidth = 0.84
            values.latent[keyPath: cache].bandwidth = 0.84
            values.latent[keyPath: cache].compute = 0.65
        }
        values.dense.update { $0.compute = 0.8 }
        values.scaleUp = 0.65
        return values
    }
}
