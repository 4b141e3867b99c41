import Glibc

/// A point in time as logs show it: RFC 3339, UTC, with milliseconds.
struct Timestamp: Equatable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    let milliseconds: Int64

    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Appends `2026-11-24T12:00:00.000Z`.
    func append(to bytes: inout [UInt8]) {
        let second = (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000
        let day = (second >= 0 ? second : second - 86_399) / 86_400
        let date = CivilDate(daysSince1970: Int(day))
        let inDay = Int(second - day * 86_400)
        // Beyond the years that have four digits, the nearest of them.
        let year = max(0, min(date.year, 9999))
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
            Self.write(year / 100, at: 0, "-", text)
            Self.write(year % 100, at: 2, "-", text)
            Self.write(date.month, at: 5, "-", text)
            Self.write(date.day, at: 8, "T", text)
            Self.write(inDay / 3600, at: 11, ":", text)
            Self.write(inDay / 60 % 60, at: 14, ":", text)
            Self.write(inDay % 60, at: 17, ".", text)
            let thousandths = Int(milliseconds - second * 1000)
            Self.write(thousandths / 10, at: 20, "Z", text)
            text[22] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: thousandths % 10)
            text[23] = UInt8(ascii: "Z")
            bytes.append(contentsOf: text)
        }
    }

    /// Writes two digits, and what follows them.
    private static func write(
        _ number: Int, at index: Int, _ next: Unicode.Scalar, _ text: UnsafeMutableBufferPointer<UInt8>
    ) {
        text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
        text[index + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
        text[index + 2] = UInt8(ascii: next)
    }
}
