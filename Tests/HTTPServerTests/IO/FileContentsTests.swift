import Foundation
import Testing

@testable import HTTPServer

@Suite struct FileContentsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func wholeFilesUpToTheLimit() throws {
        let path = try folder.write(String(repeating: "x", count: 40_000), to: "file")
        #expect(try FileContents.read(path, limit: 40_000).count == 40_000)
        let error = #expect(throws: FileContents.Failure.self) { try FileContents.read(path, limit: 39_999) }
        #expect(error?.description == "\(path): larger than 39999 bytes")
    }

    /// Opened and read as a file, a pipe without a writer would hold up the start and every reload after.
    @Test(.timeLimit(.minutes(1))) func whatIsNoRegularFileIsRefusedWithoutWaiting() throws {
        try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
        for path in [folder.path("pipe"), folder.url.path, "/dev/zero"] {
            let error = #expect(throws: FileContents.Failure.self) { try FileContents.read(path, limit: 1000) }
            #expect(error?.description == "\(path): not a regular file")
        }
        #expect(throws: (any Error).self) { try BearerTokens(path: folder.path("pipe")) }
        #expect(throws: FileContents.Failure.self) { try FileContents.read(folder.path("nothing"), limit: 1000) }
    }
}
