import Foundation
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct ReloadableTests {
    let folder: TemporaryFolder
    let events = EventRecorder()

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("one", to: "file")
    }

    /// A value that is the file's text, and refuses the text `bad`.
    private func makeReloadable(maximumAge: UInt64? = nil) throws -> Reloadable<String> {
        let path = folder.path("file")
        let load: @Sendable () throws -> String = {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            if text == "bad" { throw Refused() }
            return text
        }
        return try Reloadable(
            name: "text", paths: [path], maximumAge: maximumAge, now: 0, report: { [events] in events.add($0) },
            load: load)
    }

    private struct Refused: Error, CustomStringConvertible {
        var description: String { "refused" }
    }

    @Test func unchangedFilesAreNotReadAgain() throws {
        let value = try makeReloadable()
        value.poll(now: 1)
        #expect(events.all.isEmpty)
        #expect(value.current == "one")
    }

    @Test func changesAreFound() throws {
        let value = try makeReloadable()
        try folder.write("two", to: "file")
        value.poll(now: 1)
        #expect(value.current == "two")
        #expect(events.all == [.reloaded(name: "text")])
        value.poll(now: 2)
        #expect(events.all.count == 1)
    }

    @Test func aChangedLinkIsAChange() throws {
        try folder.write("two", to: "other")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("file"))
        let path = folder.path("link")
        let value = try Reloadable(name: "text", paths: [path], now: 0) {
            try String(contentsOfFile: path, encoding: .utf8)
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path("other"))
        value.poll(now: 1)
        #expect(value.current == "two")
    }

    @Test func badFilesKeepTheOldValueAndAreReportedOnce() throws {
        let value = try makeReloadable()
        try folder.write("bad", to: "file")
        value.poll(now: 1)
        value.poll(now: 2)
        #expect(value.current == "one")
        #expect(events.all == [.kept(name: "text", reason: "refused")])
        try folder.write("three", to: "file")
        value.poll(now: 3)
        #expect(value.current == "three")
    }

    @Test func aMissingFileKeepsTheOldValue() throws {
        let value = try makeReloadable()
        try FileManager.default.removeItem(atPath: folder.path("file"))
        value.poll(now: 1)
        #expect(value.current == "one")
        #expect(events.all.count == 1)
    }

    @Test func reloadReadsUnchangedFiles() throws {
        let value = try makeReloadable()
        value.reload(now: 1)
        #expect(events.all == [.reloaded(name: "text")])
    }

    @Test func oldValuesAreRefreshedInSilence() throws {
        let made = Atomic<Int>(0)
        let value = try Reloadable(name: "count", paths: [folder.path("file")], maximumAge: 100, now: 0) {
            made.wrappingAdd(1, ordering: .relaxed).newValue
        }
        value.poll(now: 99)
        #expect(value.current == 1)
        value.poll(now: 100)
        #expect(value.current == 2)
        value.poll(now: 199)
        #expect(value.current == 2)
        value.poll(now: 200)
        #expect(value.current == 3)
        #expect(events.all.isEmpty)
    }

    @Test func theFirstValueMustBeGood() throws {
        try folder.write("bad", to: "file")
        #expect(throws: Refused.self) { try makeReloadable() }
    }
}

/// Collects what was reported.
final class EventRecorder: Sendable {
    private let events = Monitor<[ReloadEvent]>([])

    func add(_ event: ReloadEvent) {
        events.withLock { $0.append(event) }
    }

    var all: [ReloadEvent] {
        events.withLock { $0 }
    }
}
