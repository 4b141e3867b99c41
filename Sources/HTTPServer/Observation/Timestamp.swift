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
        let (year, month, dayOfMonth) = Self.civil(day)
        let inDay = Int(second - day * 86_400)
        bytes.append(decimal: year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: dayOfMonth, digits: 2)
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

    /// Year, month and day of the Gregorian calendar, from days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date
    /// algorithms", civil_from_days). Years begin in March there, so that the leap day is their last.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * march + 2) / 5 + 1))
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, with at least so many digits.
    mutating func append(decimal number: Int, digits: Int) {
        var limit = 10
        for _ in 1..<Swift.max(1, digits) {
            if number < limit { append(UInt8(ascii: "0")) }
            limit *= 10
        }
        append(decimal: number.magnitude)
    }

    /// Appends a number without leading zeros.
    mutating func append(decimal number: UInt) {
        // The digits come from the right; 20 are enough for 64 bits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            var rest = number
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            append(contentsOf: digits[start...])
        }
    }
}
