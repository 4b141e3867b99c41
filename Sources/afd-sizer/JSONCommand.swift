import ArgumentParser
import SizingAPI

/// Runs a `POST` route on a file in place of a request.
enum JSONCommand {
    /// Prints the answer; a problem goes to standard output too, with exit code 1.
    ///
    /// - Parameters:
    ///   - includeCurve: of a sizing, whether the curve is part of the answer whatever the request says.
    ///   - progress: called with the fraction of a simulation that is done.
    ///   - beforeOutput: called when the answer is ready and not yet printed.
    static func run(
        _ path: String, _ file: String, simulation: SimulationLimits = SimulationLimits(), includeCurve: Bool = false,
        progress: (@Sendable (Double) -> Void)? = nil, beforeOutput: () -> Void = {}
    ) throws {
        let body: [UInt8]
        do throws(Input.Unreadable) {
            body = try Input.read(file)
        } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
        let service = SizingService(simulation: simulation)
        let answer = service.post(body, to: path, pretty: true, includeCurve: includeCurve, progress: progress)
        beforeOutput()
        guard let answer else {
            Output.error("\(path) is not offered")
            throw ExitCode(ExitStatus.unavailable)
        }
        Output.write(answer.body)
        if answer.status >= 400 { throw ExitCode(ExitStatus.refused) }
    }
}
