// The numbers are those of Accuracy/kernel-fit/coefficients.json, as `fit.py` writes them; `MeasuredCurvesTests` compares them with a copy.

extension Efficiencies {
    /// The defaults of a family: fitted to one half of the kernels that aiconfigurator-core 0.12.0 measured (Apache-2.0); how the other
    /// half comes out stands in docs/accuracy.md.
    ///
    /// What a family has no rows for is taken from its next wider format. Links of Blackwell and Hopper: DeepEP's README for
    /// bandwidths (726 of 900 GB/s over NVLink, about 45 of 50 GB/s over RDMA); latencies are those of DeepEP's low-latency dispatch
    /// and combine of up to 16 tokens: in a node, without the bytes' own time, a line on the number of experts; between nodes the
    /// median. Usable memory: 0.9, vLLM's `gpu_memory_utilization`.
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
            wide: KernelCurves.Attention(
                bandwidth: 0.8916, compute: 0.1558, kernel: 11.9, lane: 0.01087, stream: 0.0002634),
            narrow: KernelCurves.Attention(
                bandwidth: 0.813, compute: 0.0388, kernel: 9.287, lane: 0.003268, stream: 0.0003286)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.9069, compute: 0.5922, kernel: 15.89, lane: 0.02646, stream: 0.0001),
            narrow: KernelCurves.Attention(
                bandwidth: 0.7396, compute: 0.3304, kernel: 15.42, lane: 0.03744, stream: 0.0003785)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.8517, compute: 0.8418, rows: 87.38, kernel: 3.824),
            bits8: KernelCurves.Product(bandwidth: 0.853, compute: 0.5429, rows: 105.7, kernel: 6.711),
            bits4: KernelCurves.Product(bandwidth: 0.853, compute: 0.5429, rows: 105.7, kernel: 6.711),
            widened4: KernelCurves.Product(bandwidth: 0.853, compute: 0.5429, rows: 105.7, kernel: 6.711)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.8995, compute: 0.95, rows: 124.4, kernels: 30.25, picked: 3.22,
                arrived: 4.506, routing: 0),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8651, compute: 0.8574, rows: 187.5, kernels: 17.97, picked: 4.891,
                arrived: 3.83, routing: 1.066),
            bits4: KernelCurves.Experts(
                bandwidth: 0.9363, compute: 0.5937, rows: 50.35, kernels: 6.249, picked: 0.5355,
                arrived: 8.555, routing: 12.02),
            widened4: KernelCurves.Experts(
                bandwidth: 0.9363, compute: 0.5937, rows: 50.35, kernels: 6.249, picked: 0.5355,
                arrived: 8.555, routing: 12.02)),
        kernel: 2.61, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.352, reductionLatency: 2.91,
        scaleUpLatency: 9.48, expertLatency: 0.00977, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let blackwell = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.9181, compute: 0.6551, kernel: 10.17, lane: 0.0001799, stream: 0.0002221),
            narrow: KernelCurves.Attention(
                bandwidth: 0.8746, compute: 0.07005, kernel: 10.95, lane: 0.002434, stream: 0.0002125)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.7006, compute: 0.5639, kernel: 12.43, lane: 0.005468, stream: 0.0004627),
            narrow: KernelCurves.Attention(
                bandwidth: 0.8035, compute: 0.4434, kernel: 11.79, lane: 0.01064, stream: 0.000305)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.7813, compute: 0.7692, rows: 190.6, kernel: 3.173),
            bits8: KernelCurves.Product(bandwidth: 0.753, compute: 0.5293, rows: 138.4, kernel: 7.004),
            bits4: KernelCurves.Product(bandwidth: 0.7032, compute: 0.375, rows: 113.2, kernel: 5.926),
            widened4: KernelCurves.Product(bandwidth: 0.753, compute: 0.5293, rows: 138.4, kernel: 7.004)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.9244, compute: 0.95, rows: 250.4, kernels: 23.47, picked: 1.769,
                arrived: 6.322, routing: 0),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8546, compute: 0.9353, rows: 98.15, kernels: 24.25, picked: 4.211,
                arrived: 5.46, routing: 0.6117),
            bits4: KernelCurves.Experts(
                bandwidth: 0.9563, compute: 0.8914, rows: 173.8, kernels: 5.957, picked: 1.467,
                arrived: 9.227, routing: 2.346),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.4182, rows: 53.17, kernels: 11.93, picked: 4.945,
                arrived: 14.61, routing: 1.971)),
        kernel: 1.85, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.297, reductionLatency: 4.44,
        scaleUpLatency: 13.2, expertLatency: 0.0189, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let blackwellRTX = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.9438, compute: 0.3584, kernel: 9.009, lane: 0.002008, stream: 0.0002113),
            narrow: KernelCurves.Attention(
                bandwidth: 0.9433, compute: 0.09432, kernel: 10.89, lane: 0, stream: 6.844e-5)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.7588, compute: 0.1411, kernel: 22.83, lane: 0, stream: 0.00254),
            narrow: KernelCurves.Attention(
                bandwidth: 0.7588, compute: 0.1411, kernel: 22.83, lane: 0, stream: 0.00254)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.956, compute: 0.8145, rows: 152.3, kernel: 3.143),
            bits8: KernelCurves.Product(bandwidth: 1, compute: 0.6975, rows: 152.6, kernel: 6.26),
            bits4: KernelCurves.Product(bandwidth: 0.7026, compute: 0.6615, rows: 144.5, kernel: 8.651),
            widened4: KernelCurves.Product(bandwidth: 1, compute: 0.6975, rows: 152.6, kernel: 6.26)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.9365, compute: 0.8341, rows: 153.4, kernels: 21.23, picked: 1.417,
                arrived: 1.772, routing: 0),
            bits8: KernelCurves.Experts(
                bandwidth: 0.9345, compute: 0.7562, rows: 19.31, kernels: 15.52, picked: 0.9738,
                arrived: 15.11, routing: 1.717),
            bits4: KernelCurves.Experts(
                bandwidth: 0.8921, compute: 0.9492, rows: 174.6, kernels: 25.15, picked: 1.191,
                arrived: 1.627, routing: 1.552),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8608, compute: 0.6986, rows: 40.92, kernels: 39.31, picked: 0.001,
                arrived: 20, routing: 0)),
        kernel: 2.1, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.218, reductionLatency: 13.1,
        scaleUpLatency: 9.48, expertLatency: 0.00977, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let ampere = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.8763, compute: 0.1232, kernel: 17.31, lane: 0.006308, stream: 1.844e-5),
            narrow: KernelCurves.Attention(
                bandwidth: 0.8763, compute: 0.1232, kernel: 17.31, lane: 0.006308, stream: 1.844e-5)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.2472, compute: 0.2191, kernel: 60, lane: 0, stream: 0.0001),
            narrow: KernelCurves.Attention(
                bandwidth: 0.1217, compute: 0.2371, kernel: 60, lane: 0, stream: 0.0001)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            bits8: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            bits4: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792),
            widened4: KernelCurves.Product(bandwidth: 0.7803, compute: 0.8397, rows: 109.8, kernel: 5.792)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.8214, compute: 0.2739, rows: 63.51, kernels: 46.76, picked: 7.378,
                arrived: 20, routing: 0),
            bits8: KernelCurves.Experts(
                bandwidth: 0.8214, compute: 0.2739, rows: 63.51, kernels: 46.76, picked: 7.378,
                arrived: 20, routing: 0),
            bits4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.3197, rows: 16.02, kernels: 18.14, picked: 13.76,
                arrived: 20, routing: 5.649),
            widened4: KernelCurves.Experts(
                bandwidth: 0.8, compute: 0.3197, rows: 16.02, kernels: 18.14, picked: 13.76,
                arrived: 20, routing: 5.649)),
        kernel: 2.83, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.309, reductionLatency: 4.91,
        scaleUpLatency: 9.48, expertLatency: 0.00977, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

    private static let ada = Efficiencies(
        grouped: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.8414, compute: 0.1504, kernel: 9.089, lane: 0.005472, stream: 0.0003259),
            narrow: KernelCurves.Attention(
                bandwidth: 0.8306, compute: 0.06889, kernel: 10.91, lane: 0, stream: 7.886e-5)),
        latent: KernelCurves.ByCache(
            wide: KernelCurves.Attention(
                bandwidth: 0.7747, compute: 0.162, kernel: 18.83, lane: 0, stream: 0.001186),
            narrow: KernelCurves.Attention(
                bandwidth: 0.7747, compute: 0.162, kernel: 18.83, lane: 0, stream: 0.001186)),
        dense: KernelCurves.ByWeights(
            bits16: KernelCurves.Product(bandwidth: 0.8063, compute: 0.6482, rows: 158.1, kernel: 2.622),
            bits8: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618),
            bits4: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618),
            widened4: KernelCurves.Product(bandwidth: 0.803, compute: 0.3736, rows: 93.71, kernel: 4.618)),
        experts: KernelCurves.ByWeights(
            bits16: KernelCurves.Experts(
                bandwidth: 0.7792, compute: 0.6266, rows: 122.4, kernels: 8.21, picked: 2.07,
                arrived: 1.267, routing: 0),
            bits8: KernelCurves.Experts(
                bandwidth: 0.7826, compute: 0.8118, rows: 305, kernels: 12.11, picked: 1.548,
                arrived: 2.61, routing: 0),
            bits4: KernelCurves.Experts(
                bandwidth: 0.7511, compute: 0.6333, rows: 51.84, kernels: 19.86, picked: 0.001,
                arrived: 20, routing: 0.4132),
            widened4: KernelCurves.Experts(
                bandwidth: 0.7511, compute: 0.6333, rows: 51.84, kernels: 19.86, picked: 0.001,
                arrived: 20, routing: 0.4132)),
        kernel: 2.1, scaleUp: 0.8, scaleOut: 0.9, reduction: 0.31, reductionLatency: 13.1,
        scaleUpLatency: 9.48, expertLatency: 0.00977, scaleOutLatency: 34, usableMemory: 0.9, expertImbalance: nil)

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
