import JSON

/// The answer of `/v1/plan`: whether to disaggregate, the fleet, whether to change what runs, what binds, and what else there is.
enum PlanReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        let deployment = answer["deployment"]
        if let colocated = answer["colocated"] {
            page.sentence(
                Phrase.colocation(colocated["verdict"]?.string ?? "", gain: colocated["gain"]?.number))
            if let mixed = colocated["mixed"] { page.sentence(onePool(mixed, colocated["lightest"]?.string)) }
        }
        page.sentence(fleet(deployment))
        if let advice = answer["advice"] { page.sentence(Self.advice(advice)) }
        if let service = answer["service"] { page.sentence(ServiceFigures.sentence(service)) }
        page.sentence(binding(deployment?["binding"]?.string, answer["shadow_prices"]))
        figures(deployment, &page)
        if let service = answer["service"] { ServiceFigures.write(service, &page) }
        prices(answer["shadow_prices"], &page)
        alternatives(answer["alternatives"], &page)
        pareto(answer["pareto"], &page)
        if let lines = answer["coefficients"] {
            page.heading("Reckoned with")
            page.figures(SizeReport.coefficients(lines))
        }
        page.notes(answer)
    }

    /// One pool that prefills beside decode, against the plan.
    private static func onePool(_ mixed: JSONValue, _ lightest: String?) -> String {
        guard let instances = mixed["instances"]?.number else {
            return "One pool that prefills in chunks beside decode keeps the limits with no number of instances."
        }
        var sentence =
            "One pool that prefills in chunks of \(Number.text(mixed["chunk_tokens"]?.number)) tokens beside decode takes "
            + Phrase.count(instances, "instance")
        if let gain = mixed["gain"]?.number {
            sentence += ", \(Number.percent(abs(gain))) \(gain < 0 ? "less" : "more") than the plan"
        }
        if mixed["trustworthy"]?.bool == false { sentence += " (not known to be right to 3 %)" }
        let best =
            switch lightest {
            case "disaggregated": "The plan is the lightest."
            case "colocated": "Decoding without the split beside the same prefill instances is the lightest."
            case "mixed": "One pool is the lightest."
            default: "The lightest two differ by no more than the accuracy of the numbers."
            }
        return "\(sentence). \(best)"
    }

    private static func fleet(_ deployment: JSONValue?) -> String {
        guard let deployment else { return "" }
        return "Run \(shape(deployment)): \(Number.spoken(deployment["throughput"]?.number)) tokens a second."
    }

    /// How many of what run a deployment, as the middle of a sentence.
    static func shape(_ deployment: JSONValue) -> String {
        var parts = [
            Phrase.count(deployment["attention_instances"]?.number, "Attention instance"),
            Phrase.count(deployment["ffn_instances"]?.number, "FFN instance"),
        ]
        if let prefill = deployment["prefill_instances"]?.number {
            parts.insert(Phrase.count(prefill, "prefill instance"), at: 0)
        }
        let bundles = Phrase.count(deployment["bundles"]?.number, "bundle")
        return "\(bundles) of \(Number.text(deployment["ratio"]?.number)) : 1, that is "
            + parts.dropLast().joined(separator: ", ") + " and \(parts.last ?? ""), with "
            + "\(Phrase.count(deployment["batch_size"]?.number, "request")) a batch"
    }

    static func advice(_ advice: JSONValue) -> String {
        let action = advice["action"]?.string ?? ""
        let words = action == "keep" ? "Keep what runs now" : action == "resize" ? "Change what runs now" : action
        let why = advice["explanation"]?.string ?? ""
        return why.isEmpty ? words + "." : "\(words): \(why)"
    }

    private static func binding(_ binding: String?, _ prices: JSONValue?) -> String {
        guard let binding else { return "No limit binds." }
        let price = prices?.elements.first { $0["limit"]?.string == binding }
        var sentence = "What binds is \(Phrase.limit(binding))"
        if let gain = price?["gain"]?.number, gain > 0, let unit = price?["one_more"]?.string {
            sentence += ": one more \(unit) brings \(Number.percent(gain))"
        }
        return sentence + "."
    }

    private static func figures(_ deployment: JSONValue?, _ page: inout Page) {
        guard let deployment else { return }
        page.heading("Deployment")
        func pool(_ instances: JSONValue?, _ devices: JSONValue?, _ device: JSONValue?) -> String {
            guard let number = instances?.number else { return "" }
            let name = device?.string.map { " of \($0)" } ?? ""
            return "\(Phrase.count(number, "instance")) on \(Phrase.count(devices?.number, "device"))\(name)"
        }
        page.figures([
            (
                "prefill",
                pool(deployment["prefill_instances"], deployment["prefill_devices"], deployment["prefill_device"])
            ),
            (
                "Attention",
                pool(deployment["attention_instances"], deployment["attention_devices"], deployment["attention_device"])
            ),
            ("FFN", pool(deployment["ffn_instances"], deployment["ffn_devices"], deployment["ffn_device"])),
            ("spare Attention instances", positive(deployment["spare_attention_instances"])),
            ("spare FFN instances", positive(deployment["spare_ffn_instances"])),
            ("batch", Phrase.count(deployment["batch_size"]?.number, "request")),
            ("microbatches", Number.text(deployment["microbatches"]?.number)),
            ("throughput", Phrase.rate(tokens: deployment["throughput"]?.number)),
            ("utilisation", Number.percent(deployment["utilisation"]?.number)),
            ("time per output token", tpot(deployment["tpot_ms"])),
            ("idle", SizeReport.idle(deployment["idle"])),
            ("cost", cost(deployment)),
            ("energy", deployment["energy_per_token_j"]?.number.map { "\(Number.text($0)) J a token" } ?? ""),
        ])
        if let memory = deployment["memory"] { page.sentence(SizeReport.memory(memory)) }
    }

    private static func positive(_ value: JSONValue?) -> String {
        value?.number.map { $0 > 0 ? Number.text($0) : "" } ?? ""
    }

    static func tpot(_ times: JSONValue?) -> String {
        guard let mean = times?["mean"]?.number else { return "" }
        let slow = times?["p99"]?.number.map { ", p99 \(Number.time(milliseconds: $0))" } ?? ""
        return "mean \(Number.time(milliseconds: mean))\(slow)"
    }

    private static func cost(_ deployment: JSONValue) -> String {
        guard let hour = deployment["cost_per_hour"]?.number else { return "" }
        let tokens = deployment["cost_per_million_tokens"]?.number
        return "\(Number.text(hour)) an hour" + (tokens.map { ", \(Number.text($0)) a million tokens" } ?? "")
    }

    private static func prices(_ prices: JSONValue?, _ page: inout Page) {
        let kinds = ["gain", "weight_saved"] as [StaticString]
        guard let prices,
            prices.elements.contains(where: { price in kinds.contains { (price[$0]?.number ?? 0) > 0 } })
        else { return }
        page.heading("What one more brings")
        page.figures(
            prices.elements.map {
                (
                    "\(Phrase.limit($0["limit"]?.string ?? "")): one more \($0["one_more"]?.string ?? "")",
                    Number.percent($0["gain"]?.number) + saved($0)
                )
            })
    }

    /// What a plan for the same rate would do without; nothing where a price does not say.
    private static func saved(_ price: JSONValue) -> String {
        guard let weight = price["weight_saved"]?.number, let devices = price["devices_saved"]?.number else {
            return ""
        }
        guard weight > 0 else { return "; saves no device" }
        let count = Phrase.count(abs(devices), "device")
        let words = devices < 0 ? "\(count) more, but cheaper" : "\(count) less"
        return "; \(words), \(Number.percent(weight)) lighter"
    }

    private static func alternatives(_ points: JSONValue?, _ page: inout Page) {
        guard let points, points.count > 0 else { return }
        page.heading("Alternatives")
        var table = TextTable([
            .init("bundles"), .init("ratio"), .init("batch"), .init("microbatches", optional: true),
            .init("tokens/s"), .init("requests/s"), .init("TPOT mean"), .init("p99"), .init("worse by"),
            .init("Attention", optional: true), .init("FFN", optional: true),
        ])
        for point in points.elements {
            table.add([
                Number.text(point["bundles"]?.number), "\(Number.text(point["ratio"]?.number)) : 1",
                Number.text(point["batch_size"]?.number), point["microbatches"].map { Number.text($0.number) } ?? "",
                point["throughput"].map { Number.text($0.number) } ?? "",
                point["largest_arrival_rate"].map { Number.text($0.number) } ?? "",
                point["tpot_ms"].map { Number.time(milliseconds: $0["mean"]?.number) } ?? "",
                point["tpot_ms"].map { Number.time(milliseconds: $0["p99"]?.number) } ?? "",
                Number.percent(point["regret"]?.number), point["attention_device"]?.string ?? "",
                point["ffn_device"]?.string ?? "",
            ])
        }
        page.table(table)
    }

    private static func pareto(_ points: JSONValue?, _ page: inout Page) {
        guard let points, points.count > 0 else { return }
        page.heading("Faster tokens against throughput (Pareto)")
        let most = points.elements.compactMap { $0["throughput_per_instance"]?.number }.max() ?? 0
        var table = TextTable([
            .init("TPOT mean"), .init("ratio"), .init("batch"), .init("tokens/s an instance"), .init("weight"),
            .init("", left: true, optional: true),
        ])
        let room = min(40, max(8, page.terminal.width - 55))
        for point in points.elements {
            let throughput = point["throughput_per_instance"]?.number
            table.add([
                Number.time(milliseconds: point.at("tpot_ms", "mean")?.number),
                "\(Number.text(point["ratio"]?.number)) : 1", Number.text(point["batch_size"]?.number),
                throughput.map { Number.text($0) } ?? "", point["weight"].map { Number.text($0.number) } ?? "",
                throughput.map { Bars.bar(most > 0 ? $0 / most : 0, width: room) } ?? "",
            ])
        }
        page.table(table)
    }
}
