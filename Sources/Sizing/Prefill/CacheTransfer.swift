import Text

/// Bytes of a prompt's KV cache, all layers: a constant, and for each kind of layer so many a token up to its window.
public struct CacheBytes: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        /// Bytes a token.
        public var perToken: Double
        /// Tokens that are kept at most; infinite for full attention.
        public var window: Double

        public init(perToken: Double, window: Double = .infinity) {
            self.perToken = perToken
            self.window = window
        }
    }

    public let state: Double
    public let parts: [Part]

    /// - Throws: `InvalidInput` naming `kv_bytes_per_token` unless all are finite and not negative.
    public init(state: Double = 0, parts: [Part]) throws(InvalidInput) {
        try InvalidInput.check(state, in: 0...1e15, field: "kv_bytes_per_token")
        for part in parts { try InvalidInput.check(part.perToken, in: 0...1e12, field: "kv_bytes_per_token") }
        self.state = state
        self.parts = parts
    }

    public func bytes(tokens: Double) -> Double {
        parts.reduce(state) { $0 + $1.perToken * min(tokens, $1.window) }
    }
}

/// The way of a KV cache from the prefill pool to the Attention instances: one link that all requests share (model section 9).
public struct CacheTransfer: Hashable, Sendable {
    /// What is done while bytes travel.
    public enum Overlap: String, Hashable, Sendable, CaseIterable {
        /// The whole cache is encoded, sent and decoded, one after the other.
        case none
        /// In chunks, so that the slowest of encoding, sending and decoding sets the pace.
        case chunked
        /// Layer by layer beside the prefill, in chunks: what is left when the prefill ends, at least one layer.
        case layerwise
    }

    /// A codec of the cache in transit; it changes neither what is read nor what is kept.
    public struct Codec: Hashable, Sendable {
        /// ρ, raw bytes over sent bytes, 1…100.
        public let ratio: Double
        /// Of raw bytes, GB/s.
        public let encode: Double
        public let decode: Double

        /// - Throws: `InvalidInput` naming `compression.ratio` (1…100), `compression.encode_gb_s` or `compression.decode_gb_s`
        ///   (0.001…1e9).
        public init(ratio: Double, encode: Double, decode: Double) throws(InvalidInput) {
            try InvalidInput.check(ratio, in: 1...100, field: "compression.ratio")
            try InvalidInput.check(encode, in: 0.001...1e9, field: "compression.encode_gb_s")
            try InvalidInput.check(decode, in: 0.001...1e9, field: "compression.decode_gb_s")
            self.ratio = ratio
            self.encode = encode
            self.decode = decode
        }
    }

    /// GB/s of the whole link, one way.
    public let bandwidth: Double
    /// Microseconds of a message.
    public let latency: Double
    public let overlap: Overlap
    public let codec: Codec?
    public let bytes: CacheBytes
    /// Layers of the model, for ``Overlap/layerwise``.
    public let layers: Int

    /// - Throws: `InvalidInput` naming `bandwidth_gb_s` (0.001…1e9), `latency_us` (0…1e9) or `layers` (1…10,000).
    public init(
        bandwidth: Double, latency: Double = 0, overlap: Overlap = .none, codec: Codec? = nil, bytes: CacheBytes,
        layers: Int = 1
    ) throws(InvalidInput) {
        try InvalidInput.check(bandwidth, in: 0.001...1e9, field: "bandwidth_gb_s")
        try InvalidInput.check(latency, in: 0...1e9, field: "latency_us")
        try InvalidInput.check(layers, in: 1...10_000, field: "layers")
        self.bandwidth = bandwidth
        self.latency = latency
        self.overlap = overlap
        self.codec = codec
        self.bytes = bytes
        self.layers = layers
    }

    /// How long the link is busy with a prompt's cache, microseconds: S/(ρ BW).
    public func linkTime(tokens: Double) -> Double { linkTime(bytes.bytes(tokens: tokens)) }

    private func linkTime(_ raw: Double) -> Double { raw / ((codec?.ratio ?? 1) * bandwidth * 1e3) }

    /// From the end of the prefill to the whole cache at the other end, without a wait for the link, microseconds.
    ///
    /// - Parameters:
    ///   - prefillTime: of this prompt: what layers can be sent beside.
    ///   - tokens: tokens whose cache moves.
    public func time(tokens: Double, prefillTime: Double) -> Double {
        let raw = bytes.bytes(tokens: tokens)
        let wire = linkTime(raw)
        let (encode, decode) = codec.map { (raw / ($0.encode * 1e3), raw / ($0.decode * 1e3)) } ?? (0, 0)
        let pipelined = max(encode, wire, decode)
        switch overlap {
        case .none: return latency + encode + wire + decode
        case .chunked: return latency + pipelined
        case .layerwise:
            let layers = Double(layers)
            return latency + max(pipelined / layers, pipelined - prefillTime * (layers - 1) / layers)
        }
    }
}
