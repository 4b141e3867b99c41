import ArgumentParser
import Calibration
import Console
import Glibc
import JSON
import SizingContract

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at traces or metrics again and again, and says when what to run changes.",
        discussion: """
            At each look the lengths that were measured take the place of the plan's workload, and their rate that of its \
            requests_per_second, where it has one and the source tells it; what was said last stands as what runs now. A change that \
            brings less than the plan's hysteresis (5 %) is not said. A look that fails is told on standard error, and the next one \
            comes; where the first one fails, the command ends. SIGINT and SIGTERM end it, with exit code 0.

            With --gauge-port the instances of each pool that are to run can be read as afd_sizer_desired_replicas{key,pool}: \
            for an autoscaler by external metrics, and for dashboards.

            EXAMPLES
              afd-sizer watch fleet.json --traces /var/log/llm --every 300
              afd-sizer watch fleet.json --metrics http://127.0.0.1:8000/metrics -o json
              afd-sizer watch fleet.json --metrics http://127.0.0.1:8000/metrics --gauge-port 9108
            """)

    @Argument(help: "A file with the request of a plan.")
    var plan: String

    @Option(
        help: ArgumentHelp(
            "A folder of traces: the newest file is read when it is new or has changed.", valueName: "folder"))
    var traces: String?

    @Option(
        help: ArgumentHelp(
            "A metrics endpoint, or a query of Prometheus: what is counted between two looks.", valueName: "url"),
        transform: ServiceURL.argument)
    var metrics: ServiceURL?

    @Option(help: ArgumentHelp("Seconds from one look to the next.", valueName: "seconds"))
    var every: Double = 60

    @Option(help: ArgumentHelp("End after so many looks.", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("The column, or histogram, of prefill lengths.", valueName: "name"))
    var prefillColumn: String?

    @Option(help: ArgumentHelp("The column, or histogram, of decode lengths.", valueName: "name"))
    var decodeColumn: String?

    @OptionGroup var gaugeOptions: GaugeOptions

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard (traces == nil) != (metrics == nil) else { throw ValidationError("Give --traces or --metrics.") }
        guard (0.05...86_400).contains(every) else { throw ValidationError("--every must be from 0.05 to 86400.") }
        guard count.map({ $0 >= 1 }) ?? true else { throw ValidationError("--count must be at least 1.") }
    }

    func run() throws {
        let text = try AnswerCommand.contents(of: plan)
        let request: JSONValue
        do throws(ProblemDocument) {
            request = try PlanOperation.value(of: text)
        } catch {
            throw AnswerCommand.refuse(error.text(pretty: true), output, of: .file(plan))
        }
        let interruption = Interruption()
        let gauges = try gaugeOptions.serve(plan: plan, every: every)
        let place: ObservationSource.Place =
            if let metrics { .metrics(ServiceClient(url: metrics, timeout: min(every, 30), token: nil)) } else {
                .traces(NewestFile(folder: traces ?? "."))
            }
        var source = ObservationSource(
            place, options: TraceOptions(prefillColumn: prefillColumn, decodeColumn: decodeColumn))
        var watch = AdviceWatch(request)
        var looks = 0
        while true {
            switch try look(request, &source, &watch, isFirst: looks == 0) {
            case .planned: gauges?.planned(watch.current?.pools ?? [])
            case .nothingNew: break
            case .failed: gauges?.failed()
            }
            looks += 1
            if looks == count || interruption.wait(seconds: every) { return }
        }
    }

    /// What comes of a look.
    private enum Look {
        case planned, nothingNew, failed
    }

    /// One look: measures, plans, and says what changes.
    ///
    /// - Throws: an exit code where the first look fails, or the output cannot be written.
    private func look(
        _ request: JSONValue, _ source: inout ObservationSource, _ watch: inout AdviceWatch, isFirst: Bool
    ) throws -> Look {
        let seen: Observation
        do throws(NoObservation) {
            guard let next = try source.next(now: Self.now(CLOCK_MONOTONIC).seconds) else {
                return .nothingNew
            }
            seen = next
        } catch {
            Output.error(output.terminal.shown(error.description))
            if isFirst { throw ExitCode(ExitStatus.unavailable) }
            return .failed
        }
        let question = watch.request(request, workload: seen.workload, rate: seen.rate)
        let reply: Reply
        do { reply = try AnswerCommand.reply(PlanOperation(), question, server) } catch {
            if isFirst { throw error }
            return .failed
        }
        switch reply {
        case .problem(let problem):
            let code = AnswerCommand.refuse(problem, output, of: .file(plan))
            if isFirst { throw code }
            return .failed
        case .answer(let answer):
            guard let root = try? JSONDocument(parsing: answer).root else { return .failed }
            if let change = watch.looked(root, workload: seen.workload, rate: seen.rate) {
                let time = Self.text(of: Self.now(CLOCK_REALTIME).whole)
                try Output.answer(
                    output.format == .json ? change.json(at: time) : Array(change.text(at: time, output.terminal).utf8))
            }
            return .planned
        }
    }

    private static func now(_ clock: clockid_t) -> (seconds: Double, whole: Int) {
        var time = timespec()
        clock_gettime(clock, &time)
        return (Double(time.tv_sec) + Double(time.tv_nsec) / 1e9, time.tv_sec)
    }

    /// ISO 8601, in UTC.
    private static func text(of seconds: Int) -> String {
        var (seconds, parts) = (time_t(seconds), tm())
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
