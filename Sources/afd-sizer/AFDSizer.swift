import ArgumentParser
import Glibc
import SizingContract

/// The command `afd-sizer`.
@main
struct AFDSizer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afd-sizer",
        abstract: "Sizes Attention and FFN instances for disaggregated LLM decoding.",
        discussion: """
            EXAMPLES
              afd-sizer serve --port 8080
              afd-sizer size --model deepseek-v3 --device h800 --prefill 4000 --decode 800
              afd-sizer size request.json --server http://127.0.0.1:8080
              afd-sizer plan fleet.json --output table
              afd-sizer catalog deepseek-v3
              afd-sizer simulate request.json
              afd-sizer replay request.json --policy static --policy advice
              afd-sizer workload trace.csv
              afd-sizer calibrate samples.csv
              afd-sizer diff today.json tomorrow.json
              afd-sizer watch fleet.json --traces /var/log/llm
              afd-sizer init plan > fleet.json
              afd-sizer explain kv_memory
              source <(afd-sizer completion bash)
              afd-sizer probe http://127.0.0.1:8080/healthz

            EXIT CODES
              0  done
              1  the request was refused, or the service did not answer as asked
              64 the command line or a setting is wrong
              69 a file, an address, a certificate or a service cannot be used, or the output cannot be written
            """,
        version: ServiceVersion.current.description,
        subcommands: [
            Serve.self, Size.self, Plan.self, Catalog.self, Curve.self, Simulate.self, Replay.self, Workload.self,
            Calibrate.self, Diff.self, Watch.self, Explain.self, Init.self, Completion.self, Probe.self,
        ])

    static func main() async {
        StandardStreams.openMissing()
        var running: (any ParsableCommand.Type)?
        do {
            var command = try parseAsRoot()
            running = type(of: command)
            if var waiting = command as? any AsyncParsableCommand { try await waiting.run() } else { try command.run() }
        } catch {
            Glibc.exit(end(with: error, of: running))
        }
    }

    /// Prints what an error has to say; help, the version and completion scripts are errors too.
    ///
    /// - Parameters:
    ///   - error: why the program ends.
    ///   - command: the one that ran, whose usage is told; nil where parsing ended it, which tells of itself.
    /// - Returns: the exit code, which tells where help could not be written.
    private static func end(with error: any Error, of command: (any ParsableCommand.Type)?) -> Int32 {
        let code = exitCode(for: error)
        let text = command.map { message(of: error, from: $0) } ?? fullMessage(for: error)
        guard !text.isEmpty else { return code.rawValue }
        let bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
        guard code == .success else {
            Output.write(bytes, to: STDERR_FILENO)
            return code.rawValue
        }
        do throws(ExitCode) { try Output.answer(bytes) } catch { return error.rawValue }
        return code.rawValue
    }

    /// What a command says that ends while it runs. It knows its own name only, so that the program's is put before it.
    private static func message(of error: any Error, from command: any ParsableCommand.Type) -> String {
        let text = command.fullMessage(for: error)
        guard command != Self.self else { return text }
        let name = command._commandName
        return text.replacing("Usage: \(name) ", with: "Usage: afd-sizer \(name) ")
            .replacing("See '\(name) ", with: "See 'afd-sizer \(name) ")
    }
}

struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the script that completes commands and flags in a shell.",
        discussion: """
            EXAMPLES
              source <(afd-sizer completion bash)
              afd-sizer completion zsh > ~/.zfunc/_afd-sizer      # with ~/.zfunc in fpath, before compinit
              afd-sizer completion fish > ~/.config/fish/completions/afd-sizer.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Output.line(AFDSizer.completionScript(for: kind))
    }
}
