import Foundation
import Testing

/// `afd-sizer serve` on a free port of 127.0.0.1.
final class Service {
    let address: String
    private let process = Process()
    private let ended: AsyncStream<Int32>

    /// - Parameter arguments: more flags of `serve`.
    init(_ arguments: [String] = []) async throws {
        let output = Pipe()
        process.executableURL = Program.file
        process.arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--access-log", "false"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        ended = stream
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        let (pieces, arrived) = AsyncStream<Data>.makeStream()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { arrived.finish() } else { arrived.yield(data) }
        }
        try process.run()
        // The first line says where it listens.
        var text = Data()
        for await piece in pieces {
            text.append(piece)
            if text.contains(UInt8(ascii: "\n")) { break }
        }
        output.fileHandleForReading.readabilityHandler = nil
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first ?? ""
        address = try #require(line.split(separator: " ").last { $0.hasPrefix("http") }.map(String.init))
    }

    deinit { if process.isRunning { process.terminate() } }

    /// SIGTERM; the exit status.
    func end() async -> Int32? {
        process.terminate()
        for await status in ended { return status }
        return nil
    }
}
