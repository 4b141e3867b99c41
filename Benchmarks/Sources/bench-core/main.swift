// bench-core list GROUP | time NAME SECONDS | run NAME COUNT
//
// `time` prints one line of JSON; `run` does the operation COUNT times and prints nothing, for callgrind.

import Glibc

let groups = ["sizing": Case.sizing, "simulation": Case.simulation, "traces": Case.traces]
let arguments = CommandLine.arguments

func chosen(_ name: String) -> Case {
    guard let found = groups.values.joined().first(where: { $0.name == name }) else { fatalError("no case \(name)") }
    return found
}

switch (arguments.dropFirst().first, arguments.count) {
case ("list", 3):
    for item in groups[arguments[2]] ?? [] { print(item.name) }
case ("time", 4):
    let item = chosen(arguments[2])
    let operation = try item.prepare()
    operation()
    let result = Stopwatch.measure(seconds: Double(arguments[3]) ?? 1, operation)
    let bytes = item.bytes.map { ", \"bytes\": \($0())" } ?? ""
    print(
        "{\"median_ns\": \(result.median), \"fastest_ns\": \(result.fastest), \"operations\": \(result.count), "
            + "\"peak_kb\": \(peakKilobytes())\(bytes)}")
case ("run", 4):
    let operation = try chosen(arguments[2]).prepare()
    for _ in 0..<(Int(arguments[3]) ?? 1) { operation() }
default:
    fatalError("usage: bench-core list GROUP | time NAME SECONDS | run NAME COUNT")
}

/// The largest resident set of this process so far, in KB: VmHWM, since getrusage keeps what the parent had before the fork.
func peakKilobytes() -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if text.hasPrefix("VmHWM:") { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
}
