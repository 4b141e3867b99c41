import Testing

@testable import SizingContract

struct StudyRecordTests {
    @Test func aLineGivesBackItsRecord() throws {
        for scenario in [0, 7, 1_234_567] {
            let record = StudyRecord(scenario: scenario, text: Array("{\"a\":1}".utf8))
            let problem = ProblemDocument(.unprocessableContent, "no")
            for answer in [.success(Array("{\"b\":2}".utf8)), .failure(problem)] as [Result<[UInt8], ProblemDocument>] {
                let line = record.line(answer)
                #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
                #expect(line.last == UInt8(ascii: "\n"))
                #expect(StudyRecord(line: line.dropLast()) == record)
                let text = String(decoding: line.dropLast(), as: UTF8.self)
                switch answer {
                case .success: #expect(text.hasSuffix("\"result\":{\"b\":2}}"))
                case .failure: #expect(text.contains("\"problem\":{\"type\":\"about:blank\""))
                }
            }
        }
    }

    @Test func anotherTextHasAnotherHash() {
        let texts = ["", " ", "{}", "{ }", "{\"a\":1}", "{\"a\":2}"]
        #expect(Set(texts.map { StudyRecord(scenario: 0, text: Array($0.utf8)).input }).count == texts.count)
    }

    @Test func everyShorterLineIsRefused() {
        let line = StudyRecord(scenario: 12, text: []).line(.success(Array("{\"b\":{\"c\":2}".utf8)))
            .dropLast()
        let cut = (0..<line.count).filter { StudyRecord(line: Array(line.prefix($0))) != nil }
        // What ends in a closing brace looks whole; a line without line feed never gets here.
        #expect(cut.allSatisfy { line[$0 - 1] == UInt8(ascii: "}") })
        #expect(StudyRecord(line: Array(line)) != nil)
    }

    @Test(arguments: [
        "", "{}", "{\"scenario\":-1,\"input\":\"00000000000000000000000000000000\",\"result\":{}}",
        "{\"scenario\":,\"input\":\"00000000000000000000000000000000\",\"result\":{}}",
        "{\"scenario\":99999999999999999999,\"input\":\"00000000000000000000000000000000\",\"result\":{}}",
        "{\"scenario\":1,\"input\":\"0000000000000000000000000000000g\",\"result\":{}}",
        "{\"scenario\":1,\"input\":\"0000000000000000000000000000000\",\"result\":{}}",
        "{\"scenario\":1, \"input\":\"00000000000000000000000000000000\",\"result\":{}}",
    ])
    func refuses(line: String) {
        #expect(StudyRecord(line: Array(line.utf8)) == nil)
    }
}
