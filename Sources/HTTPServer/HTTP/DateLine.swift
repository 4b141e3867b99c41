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
        // Days to a date of the Gregorian calendar, counting years from March so that the leap day is the last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

        let weekdays: StaticString = "ThuFriSatSunMonTueWed"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        append(weekdays, (days % 7) * 3, to: &out)
        out.append(utf8: ", ")
        append(twoDigits: day, to: &out)
        out.append(.space)
        append(months, (month - 1) * 3, to: &out)
        out.append(.space)
        append(twoDigits: year / 100, to: &out)
        append(twoDigits: year % 100, to: &out)
        out.append(.space)
        append(twoDigits: time / 3600, to: &out)
        out.append(UInt8(ascii: ":"))
        append(twoDigits: time / 60 % 60, to: &out)
        out.append(UInt8(ascii: ":"))
        append(twoDigits: time % 60, to: &out)
        out.append(utf8: " GMT")
    }

    private static func append(_ names: StaticString, _ offset: Int, to out: inout [UInt8]) {
        for index in offset..<(offset + 3) { out.append(names.utf8Start[index]) }
    }

    private static func append(twoDigits number: Int, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
