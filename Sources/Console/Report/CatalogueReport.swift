import JSON

/// The catalogue: its devices and models, or one of them.
enum CatalogueReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        guard let devices = answer["devices"], let models = answer["models"] else { return entry(answer, &page) }
        page.sentence(
            "\(Phrase.count(Double(devices.count), "device")) and \(Phrase.count(Double(models.count), "model")) can be named."
        )
        page.heading("Devices")
        var table = TextTable([.init("id", left: true), .init("name", left: true), .init("HBM"), .init("bandwidth")])
        for device in devices.elements {
            table.add([
                device["id"]?.string ?? "", device["name"]?.string ?? "",
                "\(Number.text(device["hbm_capacity_gb"]?.number)) GB",
                "\(Number.text(device["hbm_bandwidth_gb_s"]?.number)) GB/s",
            ])
        }
        page.table(table)
        page.heading("Models")
        var names = TextTable([.init("id", left: true), .init("name", left: true)])
        for model in models.elements { names.add([model["id"]?.string ?? "", model["name"]?.string ?? ""]) }
        page.table(names)
    }

    private static func entry(_ answer: JSONValue, _ page: inout Page) {
        let name = answer["name"]?.string ?? answer["id"]?.string ?? ""
        if let total = answer["total_parameters"]?.number {
            page.sentence(
                "\(name) has \(Number.spoken(total)) parameters, of which \(Number.spoken(answer["active_parameters"]?.number)) work on "
                    + "each token; a request of \(Number.text(answer["context"]?.number)) tokens keeps "
                    + "\(gigabytes(answer["kv_bytes_kept"])) of cache and a step reads \(gigabytes(answer["kv_bytes_read"])) of it."
            )
        } else {
            page.sentence(
                "\(name) has \(Number.text(answer["hbm_capacity_gb"]?.number)) GB of HBM at "
                    + "\(Number.text(answer["hbm_bandwidth_gb_s"]?.number)) GB/s.")
        }
        page.gap()
        var figures: [(String, String)] = []
        for (name, value) in answer.members where name.string != "warnings" {
            flatten(name.string ?? "", value, &figures)
        }
        page.figures(figures, indent: 0)
        if let layers = answer["layers"], layers.count > 0 {
            page.heading("Layers")
            var table = TextTable([.init("count"), .init("Attention", left: true), .init("feed-forward", left: true)])
            for layer in layers.elements {
                table.add([
                    Number.text(layer["count"]?.number), layer["attention"]?.string ?? "",
                    layer["feed_forward"]?.string ?? "",
                ])
            }
            page.table(table)
        }
        page.notes(answer)
    }

    private static func gigabytes(_ bytes: JSONValue?) -> String {
        bytes?.number.map { "\(Number.significant($0 / 1e9, 3)) GB" } ?? Number.none
    }

    /// Members of members under dotted names; arrays of objects have tables of their own.
    private static func flatten(_ name: String, _ value: JSONValue, _ figures: inout [(String, String)]) {
        switch value.kind {
        case .object:
            for (member, inner) in value.members { flatten("\(name).\(member.string ?? "")", inner, &figures) }
        case .array: return
        case .string: figures.append((name, value.string ?? ""))
        case .bool: figures.append((name, value.bool == true ? "yes" : "no"))
        case .number: figures.append((name, Number.text(value.number)))
        case .null, .nonFinite: figures.append((name, "not known"))
        }
    }
}
