import Foundation
import Testing

@testable import HTTPServer

@Suite struct DateLineTests {
    private func text(_ second: Int) -> String {
        var bytes: [UInt8] = []
        DateLine.append(second, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theExampleOfTheSpecification() {
        #expect(text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(text(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(text(-5) == text(0))
        #expect(text(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
    }

    @Test func agreesWithFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for second in stride(from: 0, to: 8_000_000_000, by: 7_654_321) {
            #expect(text(second) == formatter.string(from: Date(timeIntervalSince1970: Double(second))))
        }
    }

    @Test func isMadeAnewOnceASecond() {
        var line = DateLine()
        line.update(to: 1)
        #expect(String(decoding: line.bytes, as: UTF8.self) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n")
        line.update(to: 2)
        #expect(line.bytes.count == 37)
        #expect(line.bytes[30] == UInt8(ascii: "2"))
    }
}
