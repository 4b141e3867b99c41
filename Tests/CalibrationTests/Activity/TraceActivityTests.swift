import Foundation
import TestSupport
import Testing

@testable import Calibration

/// A row from the text of its columns.
func row(
    prefill: Int, decode: Int, cached: Int? = nil, arrival: String = "", session: String = "", turn: String = "",
    parent: String = "", identifier: String = "", hashIDs: String = ""
) -> (row: RequestRow, text: [UInt8]) {
    var row = RequestRow(prefill: prefill, decode: decode, cached: cached)
    var text = Array("x,".utf8)
    func place(_ part: String) -> Range<Int> {
        text += Array(part.utf8)
        return (text.count - part.utf8.count)..<text.count
    }
    row.arrival = place(arrival)
    row.session = place(session)
    row.turn = place(turn)
    row.parent = place(parent)
    row.identifier = place(identifier)
    row.hashIDs = place(hashIDs)
    return (row, text)
}

extension TraceActivity {
    mutating func add(_ row: (row: RequestRow, text: [UInt8])) { add(row.row, in: row.text.span) }
}

@Suite("Activity of a trace")
struct TraceActivityTests {
    @Test("times in any form give the same rate")
    func forms() throws {
        for texts in [
            ["0", "1.5", "3"], ["1700158546", "1700158547.5", "1700158549"],
            ["2023-11-16T18:15:46Z", "2023-11-16T20:15:47.5+02:00", "2023-11-16 18:15:49"],
            ["1700158546000", "1700158547500", "1700158549000"],
        ] {
            var activity = TraceActivity()
            for text in texts { activity.add(row(prefill: 10, decode: 5, arrival: text)) }
            let summary = activity.finish()
            let statistics = try #require(summary.arrivals.flatMap { ArrivalStatistics($0) })
            #expect(statistics.rate == 2.0 / 3)
            #expect(summary.warnings(slotLoad: 1).map(\.code) == (texts[0] == "0" ? ["time_unit_assumed"] : []))
            #expect(summary.blocks?.count == 3 && summary.sessions == nil && summary.prefixes == nil)
        }
    }

    @Test("rows without a time, and requests that never decode, are counted where they belong")
    func partial() throws {
        var activity = TraceActivity(timeUnit: .seconds)
        activity.add(row(prefill: 10, decode: 5, arrival: "1"))
        activity.add(row(prefill: 10, decode: 0, arrival: "2"))
        activity.add(row(prefill: 10, decode: 5, arrival: "soon"))
        activity.add(row(prefill: 10, decode: 5))
        let summary = activity.finish()
        #expect(summary.arrivals?.requests == 2 && summary.blocks?.count == 1)
        let missing = try #require(summary.warnings(slotLoad: 1).first)
        #expect(missing.code == "times_missing" && missing.detail.hasPrefix("2 of 4"))
    }

    @Test("rows that name the request before them are rounds of one session")
    func lineage() throws {
        var activity = TraceActivity()
        for (id, parent) in [("1", "-1"), ("2", "1"), ("7", "-1"), ("3", "2"), ("8", "7")] {
            activity.add(row(prefill: 10, decode: 5, parent: parent, identifier: id))
        }
        let sessions = try #require(activity.finish().sessions)
        #expect(sessions.sessions == 2 && sessions.longest == 3 && sessions.rounds.map(\.requests) == [2, 2, 1])
    }

    @Test("parts merge to the arrivals and blocks of the whole; sessions are left out, which is said")
    func merging() throws {
        var generator = SeededGenerator(seed: 3)
        let rows = (0..<500).map { index in
            row(
                prefill: generator.geometric(mean: 300), decode: generator.geometric(mean: 50),
                arrival: "\(Double(index) * 0.37 + generator.unit())", session: "s\(index % 40)")
        }
        var whole = TraceActivity()
        var parts = [TraceActivity(), TraceActivity()]
        for (index, row) in rows.enumerated() {
            whole.add(row)
            parts[index < 200 ? 0 : 1].add(row)
        }
        var merged = parts[0].finish()
        merged.merge(parts[1].finish())
        let expected = whole.finish()
        #expect(merged.arrivals == expected.arrivals && merged.blocks == expected.blocks)
        #expect(merged.sessions == nil && expected.sessions?.sessions == 40)
        #expect(merged.warnings(slotLoad: 1).map(\.code) == ["sessions_and_prefixes_not_merged"])
    }

    @Test(
        "Mooncake's synthetic trace: hit ratios, uncached mean and dispersion as published from its blocks",
        .enabled(if: PublicTrace.mooncake.isPresent, "\(PublicTrace.absence)"))
    func mooncake() throws {
        var activity = TraceActivity()
        for line in try PublicTrace.mooncake.bytes().split(separator: 0x0A) {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let ids = try #require(object["hash_ids"] as? [Int])
            activity.add(
                row(
                    prefill: try #require(object["input_length"] as? Int),
                    decode: max(1, try #require(object["output_length"] as? Int)),
                    arrival: "\(try #require(object["timestamp"] as? Int))", hashIDs: "\(ids)"))
        }
        let summary = activity.finish()
        let prefixes = try #require(summary.prefixes)
        func percent(_ blocks: Int?) throws -> Double {
            let size = try #require(prefixes.sizes.first { $0.blocks == blocks })
            return (size.uncached.hitRatio * 1000).rounded() / 10
        }
        #expect(try percent(nil) == 65.1 && percent(50_000) == 65.1)
        #expect(try percent(10_000) == 43.1 && percent(1000) == 8.4)
        let uncached = try #require(prefixes.largest).uncached
        #expect(uncached.mean.rounded() == 5345 && prefixes.blockTokens == 512)
        let arrivals = try #require(summary.arrivals.flatMap { ArrivalStatistics($0) })
        let scale = try #require(arrivals.scale)
        #expect(scale.window == 10 && (scale.dispersion * 100).rounded() == 137)
        // Uncached lengths in place of prefill make the slot load 28 % too small.
        #expect(((try #require(uncached.misreadSlotLoad) / 7291.4 - 1) * 100).rounded() == -28)
        let warnings = summary.warnings(slotLoad: 7291.4)
        #expect(warnings.map(\.code) == ["prefix_cache_does_not_shorten_prefill"])
        #expect(warnings[0].detail.contains("5345") && warnings[0].detail.contains("65.1 %"))
    }
}
