import ArgumentParser

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
