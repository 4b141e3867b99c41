import JSON

/// What a plan says of a deployment, as runtimes are told it: ranks and pools. From the answer of `/v1/plan` and from what was asked.
struct ExportedDeployment: Sendable {
    /// Instances of one kind.
    struct Pool: Sendable {
        /// Of one bundle; of the whole deployment for prefill.
        var instances: Int
        /// Data-parallel ranks of an Attention instance, expert-parallel ranks of an FFN instance; 1 for prefill.
        var parallel: Int
        var tensorParallel: Int
        /// Of the catalogue; nil for hardware by coefficients.
        var device: String?

        /// Of one instance: a rank is a device.
        var devices: Int { parallel * tensorParallel }
        var ranks: Int { instances * devices }
    }

    /// nil where the model is not named.
    var model: String?
    var bundles: Int
    var attention: Pool
    var ffn: Pool
    /// nil where the plan has no prefill instances.
    var prefill: Pool?
    /// Requests of an Attention instance and microbatch.
    var batchSize: Int
    /// nil in lock-step.
    var microbatches: Int?
    var draftTokens: Int
    /// Beyond what serves, of each kind.
    var spares: (attention: Int, ffn: Int)
    /// As the request has it among its rules.
    var devicesPerNode: Int?
    let request: JSONValue

    /// - Parameters:
    ///   - answer: of `/v1/plan`.
    ///   - request: what it answers.
    init?(answer: JSONValue, request: JSONValue) {
        guard let deployment = answer["deployment"], let bundle = deployment["bundle"],
            let attention = bundle["attention_instances"]?.integer, let ffn = bundle["ffn_instances"]?.integer,
            let bundles = deployment["bundles"]?.integer, let batch = deployment["batch_size"]?.integer
        else { return nil }
        let hardware = request["hardware"]
        // Degrees that were chosen stand in the answer, those that were given in the request.
        func degree(_ role: StaticString, _ name: StaticString) -> Int {
            deployment["parallel"]?[role]?[name]?.integer ?? Self.only(hardware?[role]?[name]) ?? 1
        }
        self.request = request
        self.bundles = bundles
        batchSize = batch
        model = hardware?["model"]?.string
        microbatches = deployment["microbatches"]?.integer
        draftTokens =
            deployment["speculation"]?["draft_tokens"]?.integer ?? request["speculation"]?["draft_tokens"]?.integer ?? 0
        spares = (
            deployment["spare_attention_instances"]?.integer ?? 0, deployment["spare_ffn_instances"]?.integer ?? 0
        )
        devicesPerNode = request["rules"]?["devices_per_node"]?.integer
        self.attention = Pool(
            instances: attention, parallel: degree("attention", "data_parallel"),
            tensorParallel: degree("attention", "tensor_parallel"), device: deployment["attention_device"]?.string)
        self.ffn = Pool(
            instances: ffn, parallel: degree("ffn", "expert_parallel"),
            tensorParallel: degree("ffn", "tensor_parallel"), device: deployment["ffn_device"]?.string)
        if let instances = deployment["prefill_instances"]?.integer, instances > 0 {
            prefill = Pool(
                instances: instances, parallel: 1,
                tensorParallel: max(1, (deployment["prefill_devices"]?.integer ?? instances) / instances),
                device: deployment["prefill_device"]?.string)
        }
    }

    /// A whole number, or the one element of an array.
    private static func only(_ value: JSONValue?) -> Int? {
        if let number = value?.integer { return number }
        guard let value, value.count == 1 else { return nil }
        return value.elements.first { _ in true }?.integer
    }

    /// Requests that a data-parallel rank of Attention holds at a time.
    var requestsPerRank: Int { (batchSize * (microbatches ?? 1) + attention.parallel - 1) / attention.parallel }

    /// What every export leaves open where hardware is given by coefficients.
    var unknown: [String] {
        guard model == nil else { return [] }
        return ["the plan knows hardware by coefficients alone: an instance is taken for one rank on one device"]
    }
}
