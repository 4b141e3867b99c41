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
        bytes.append(decimal: date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(decimal: inDay / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimal: inDay / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimal: inDay % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimal: Int(milliseconds - second * 1000), digits: 3)
        bytes.append(UInt8(ascii: "Z"))
    }
}
