import Calibration
import Console
import JSON
import SizingContract

/// What is measured at one look: the answer of a workload, and the rate of its requests.
struct Observation {
    let workload: JSONValue
    /// Requests a second; nil where the source does not tell.
    let rate: Double?
}

/// Why a look has no observation, as a sentence.
struct NoObservation: Error {
    let description: String
}

/// Where observations come from.
struct ObservationSource {
    enum Place {
        case traces(NewestFile)
        case metrics(ServiceClient)
    }

    private var place: Place
    private let options: TraceOptions
    /// The last scrape, and when it was made in seconds.
    private var before: (text: [UInt8], time: Double)?

    init(_ place: Place, options: TraceOptions) {
        self.place = place
        self.options = options
    }

    /// The next observation; nil where there is nothing new.
    ///
    /// - Parameter now: seconds of a clock that never goes back.
    mutating func next(now: Double) throws(NoObservation) -> Observation? {
        switch place {
        case .traces(var files):
            defer { place = .traces(files) }
            let path: String
            let result: Result<[UInt8], ProblemDocument>
            do throws(Unreadable) {
                guard let newest = try files.next() else { return nil }
                path = newest
                result = try TraceFile(path: path, format: nil, options: options).answer { _ in }
            } catch {
                throw NoObservation(description: error.description)
            }
            return try Self.observation(result, path, elapsed: nil)
        case .metrics(let client):
            let name = "http://\(client.url.authority)\(client.url.path)"
            let response: ServiceResponse
            do throws(NoAnswer) { response = try client.get() } catch {
                throw NoObservation(description: "\(name): \(error.description)")
            }
            guard response.status == 200 else {
                throw NoObservation(description: "\(name): answered \(response.status)")
            }
            let last = before
            before = (response.body, now)
            var reader = WorkloadReader(.json, options: options)
            let document = Self.document(last?.text, response.body)
            let result = Result { () throws(ProblemDocument) in
                try reader.feed(document)
                return try reader.answer(pretty: false, OperationContext())
            }
            return try Self.observation(result, name, elapsed: last.map { now - $0.time })
        }
    }

    /// One scrape, or two, as JSON of metrics.
    static func document(_ before: [UInt8]?, _ after: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: after.count + 1024)
        func write(_ text: [UInt8], _ writer: inout JSONWriter) {
            // The answer of a query is JSON already.
            if let root = try? JSONDocument(parsing: text).root, root.kind == .object {
                writer.value(root)
            } else {
                writer.value(String(decoding: text, as: UTF8.self))
            }
        }
        writer.beginObject()
        if let before {
            writer.name("before" as StaticString)
            write(before, &writer)
            writer.name("after" as StaticString)
        } else {
            writer.name("metrics" as StaticString)
        }
        write(after, &writer)
        writer.endObject()
        return (try? writer.finish()) ?? []
    }

    private static func observation(
        _ result: Result<[UInt8], ProblemDocument>, _ name: String, elapsed: Double?
    ) throws(NoObservation) -> Observation {
        switch result {
        case .failure(let problem):
            throw NoObservation(description: Refusal.text(problem.text(), of: .file(name)))
        case .success(let text):
            guard let root = try? JSONDocument(parsing: text).root else {
                throw NoObservation(description: "\(name): its answer is no JSON")
            }
            var rate = root["arrivals"]?["requests_per_second"]?.number
            if rate == nil, let elapsed, elapsed > 0 { rate = root["requests"]?.number.map { $0 / elapsed } }
            return Observation(workload: root, rate: rate)
        }
    }
}
