/// The `Date` field line (RFC 9110, section 6.6.1), made anew once a second.
struct DateLine {
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its CRLF.
    private(set) var bytes: [UInt8] = []
    private var second = Int.min

    /// - Parameter second: seconds since 1970, UTC.
    mutating func update(to second: Int) {
        guard second != self.second else { return }
        self.second = second
        bytes.removeAll(keepingCapacity: true)
        bytes.append(utf8: "Date: ")
        Self.append(second, to: &bytes)
        bytes.append(utf8: "\r\n")
    }

    /// Appends an IMF-fixdate (RFC 9110, section 5.6.7). Years 1970 to 9999; others are clamped.
    static func append(_ second: Int, to out: inout [UInt8]) {
        let second = max(0, min(second, 253_402_300_799))
        let days = second / 86400
        let time = second % 86400
        let date = CivilDate(daysSince1970: days)

        let weekdays: StaticString = "ThuFriSatSunMonTueWed"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        append(weekdays, (days % 7) * 3, to: &out)
        out.append(utf8: ", ")
        out.append(decimal: date.day, digits: 2)
        out.append(.space)
        append(months, (date.month - 1) * 3, to: &out)
        out.append(.space)
        out.append(decimal: date.year, digits: 4)
        out.append(.space)
        out.append(decimal: time / 3600, digits: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: time / 60 % 60, digits: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: time % 60, digits: 2)
        out.append(utf8: " GMT")
    }

    private static func append(_ names: StaticString, _ offset: Int, to out: inout [UInt8]) {
        for index in offset..<(offset + 3) { out.append(names.utf8Start[index]) }
    }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
    let year: Int
    let month: Int
    let day: Int

    /// From days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days). Years begin
    /// in March there, so that the leap day is their last.
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        month = march < 10 ? march + 3 : march - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * march + 2) / 5 + 1
    }
}
