import Glibc

/// What libFuzzer drives: the `@main` type of an executable.
public protocol FuzzTarget {
    /// Called with each input. What must hold beside what it checks: nothing traps, and AddressSanitizer is content.
    static func check(_ input: [UInt8])
}

extension FuzzTarget {
    /// Runs libFuzzer with the options of the command line.
    public static func main() {
        checkInput = { check($0) }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            runDriver(&count, &arguments) { pointer, count in
                checkInput(Array(UnsafeBufferPointer(start: pointer, count: count)))
                return 0
            })
    }
}

/// Of the one target of this process. libFuzzer takes a function without context, and calls it on the thread that set this.
nonisolated(unsafe) private var checkInput: ([UInt8]) -> Void = { _ in }

/// libFuzzer's driver, in the runtime that -sanitize=fuzzer links.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
