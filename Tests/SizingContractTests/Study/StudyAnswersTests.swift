import Testing

@testable import SizingContract

struct StudyAnswersTests {
    private let request = """
        {"workload":{"prefill":100,"decode":500},"batch_size":256,"hardware":{"attention":{"alpha_us":0.00165,\
        "beta_us":50},"ffn":{"alpha_us":0.083,"beta_us":100},"communication":{"alpha_us":0.022,"beta_us":20}}}
        """

    @Test func linesKeepTheirOrderAndAreWhatTheRouteAnswers() throws {
        let texts = (1...40).map { Array(request.replacing("\"batch_size\":256", with: "\"batch_size\":\($0)").utf8) }
        let scenarios = texts.enumerated().map { (record: StudyRecord(scenario: $0, text: $1), text: $1) }
        let lines = StudyAnswers().lines(scenarios)
        #expect(lines.count == texts.count)
        for (scenario, line) in lines.enumerated() {
            let answer = try SizeOperation().answer(to: texts[scenario], pretty: false)
            #expect(line == scenarios[scenario].record.line(.success(answer)))
            #expect(StudyRecord(line: line.dropLast()) == scenarios[scenario].record)
        }
    }

    @Test(arguments: ["", "{", "{\"workload\":{}}", "[]"])
    func whatIsRefusedIsAProblem(text: String) throws {
        let record = StudyRecord(scenario: 3, text: Array(text.utf8))
        let lines = StudyAnswers().lines([(record, Array(text.utf8))])
        let line = String(decoding: try #require(lines.first), as: UTF8.self)
        #expect(line.hasPrefix("{\"scenario\":3,\"input\":\"\(record.input)\",\"problem\":{"))
        #expect(line.hasSuffix("}}\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    @Test(arguments: [(0, 8), (1, 8), (2, 16), (64, 512)])
    func batches(cores: Int, size: Int) {
        #expect(StudyAnswers.batchSize(cores: cores) == size)
    }
}
