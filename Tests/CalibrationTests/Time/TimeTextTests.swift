import Testing

@testable import Calibration

@Suite("Times as text")
struct TimeTextTests {
    @Test(
        "dates are microseconds since 1970",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1969-12-31T23:59:59Z", -1_000_000),
            ("2023-11-16 18:15:46.6805900", 1_700_158_546_680_590), ("2023-11-16T18:15:46Z", 1_700_158_546_000_000),
            ("2023-11-16T19:15:46+01:00", 1_700_158_546_000_000), ("2023-11-16t13:15:46-0500", 1_700_158_546_000_000),
            ("2023-11-16T23:45:46+05:30", 1_700_158_546_000_000), ("2023/11/16 18:15:46", 1_700_158_546_000_000),
            ("2023-11-16 18:15:46,680", 1_700_158_546_680_000), ("2023-11-16 18:15:46.68 UTC", 1_700_158_546_680_000),
            ("2023-11-16 18:15:46 +0000 UTC", 1_700_158_546_000_000), ("2023-11-16T18:15", 1_700_158_500_000_000),
            (" 2024-02-29 00:00:00 ", 1_709_164_800_000_000), ("2023-11-16T18:15:46+01", 1_700_154_946_000_000),
            ("2023-11-16T18:15:46.123456789Z", 1_700_158_546_123_456),
        ])
    func dates(text: String, microseconds: Int) {
        #expect(TimeText(text) == .date(microseconds: microseconds))
    }

    @Test(
        "what is neither a number nor a date is refused",
        arguments: [
            "", " ", "x", "2023-13-01", "2023-00-10", "2023-11-16T25:00:00Z", "2023-11-16T18:61:00", "2023-11-16T18",
            "2023-11-16T18:15:46+1", "2023-11-16T18:15:46Zx", "2023-11-16T18:15:46.", "1e", "1.2.3", "0x10", "1,5",
            "nan", "inf", "--1", "2023-11-16T18:15:46Z2023-11-16T18:15:46Z2023-11-16T18:15:46Z",
        ])
    func refused(text: String) { #expect(TimeText(text) == nil) }

    @Test(
        "numbers become microseconds, rounded down",
        arguments: [
            ("1.5", TimeUnit.seconds, 1_500_000), ("1.5", .milliseconds, 1500), ("1500", .nanoseconds, 1),
            ("-0.0000015", .seconds, -2), ("1.7e9", .seconds, 1_700_000_000_000_000),
            ("1700158546.6805901234567", .seconds, 1_700_158_546_680_590), ("0", .seconds, 0),
            ("1700158546680590123", .nanoseconds, 1_700_158_546_680_590), ("+3e-3", .seconds, 3000),
        ])
    func numbers(text: String, unit: TimeUnit, microseconds: Int) {
        guard case .number(let mantissa, let exponent) = TimeText(text) else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(TimeText.microseconds(mantissa: mantissa, exponent: exponent, in: unit) == microseconds)
    }

    @Test("numbers beyond 285 years are none", arguments: ["1e12", "-1e300", "99999999999999999999"])
    func tooLarge(text: String) {
        guard case .number(let mantissa, let exponent) = TimeText(text) else { return }
        #expect(TimeText.microseconds(mantissa: mantissa, exponent: exponent, in: .seconds) == nil)
    }

    @Test("the same moment in seconds, milliseconds, microseconds, nanoseconds and as dates")
    func epochs() {
        for texts in [
            ["1700158546.25", "1700158547.25"], ["1700158546250", "1700158547250"],
            ["1700158546250000", "1700158547250000"], ["1700158546250000000", "1700158547250000000"],
            ["2023-11-16T18:15:46.25Z", "2023-11-16T19:15:47.25+01:00"],
        ] {
            var clock = ArrivalClock()
            #expect(texts.map { clock.read($0) } == [1_700_158_546_250_000, 1_700_158_547_250_000])
        }
    }

    @Test("small numbers count in the unit of the column, or in seconds, which is said")
    func relative() {
        var seconds = ArrivalClock()
        #expect(
            seconds.read("0") == 0 && seconds.read("2.5") == 2_500_000 && seconds.read("2e8") == 200_000_000_000_000)
        #expect(seconds.kind == .relative(.seconds, isAssumed: true))
        var milliseconds = ArrivalClock(unit: .milliseconds)
        #expect(milliseconds.read("40") == 40_000 && milliseconds.kind == .relative(.milliseconds, isAssumed: false))
        // A column in nanoseconds that counts from the start of a machine.
        var uptime = ArrivalClock(unit: .nanoseconds)
        #expect(uptime.read("5000000000") == 5_000_000)
        #expect(seconds.read("2023-11-16T18:15:46Z") == nil && uptime.read("x") == nil)
    }

    @Test(
        "the unit at the end of a column's name",
        arguments: [
            ("arrival_ms", TimeUnit.milliseconds), ("latency_us", .microseconds), ("Time (ns)", .nanoseconds),
            ("latency[s]", .seconds), ("Duration.Seconds", .seconds), ("t (µs)", .microseconds),
        ])
    func titles(title: String, unit: TimeUnit) { #expect(TimeUnit(titled: title) == unit) }

    @Test("a name without a unit has none", arguments: ["timestamp", "ms", "", "tokens", "arrivals", "prefill_tokens"])
    func untitled(title: String) { #expect(TimeUnit(titled: title) == nil) }
}

extension TimeText {
    init?(_ text: String) { self.init(Array(text.utf8).span) }
}

extension ArrivalClock {
    mutating func read(_ text: String) -> Int? { read(Array(text.utf8).span, in: 0..<text.utf8.count) }
}
