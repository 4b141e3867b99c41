import ContractTestSupport
import JSON
import Testing

@Suite struct SizeBatchTests {
    @Test func answersInOrderWithPartialErrors() throws {
        let body = "{\"requests\": [\(Sample.size()), {\"batch_size\": 0}, 7, \(Sample.size(batch: "128"))]}"
        let reply = try Reply("/v1/size/batch", body)
        #expect(reply.status == 200)
        let results = try #require(reply.root["results"]).elements.map { $0 }
        #expect(results.count == 4)
        #expect(results[0]["recommendation"]?["ratio"]?.integer == 10)
        #expect(results[1]["status"]?.integer == 422)
        #expect(
            results[1]["errors"]?.elements.map { $0["pointer"]?.string } == [
                "/requests/1", "/requests/1", "/requests/1/batch_size",
            ])
        #expect(results[2]["errors"]?.elements.map { $0["pointer"]?.string } == ["/requests/2"])
        #expect(results[3]["recommendation"]?["cycle_us"]?.number != results[0]["recommendation"]?["cycle_us"]?.number)
    }

    /// Each result is what the request gives by itself.
    @Test func aThousandAreAnsweredAsOne() throws {
        let bodies = (1...1_000).map { Sample.size(batch: "\($0)") }
        let reply = try Reply("/v1/size/batch", "{\"requests\": [\(bodies.joined(separator: ","))]}")
        #expect(reply.status == 200)
        let results = try #require(reply.root["results"]).elements.map { $0 }
        #expect(results.count == 1_000)
        for index in stride(from: 0, to: 1_000, by: 111) {
            let single = try Reply("/v1/size", bodies[index])
            #expect(results[index].canonicalText() == single.root.canonicalText())
        }
    }

    @Test(arguments: [
        "{}", "[]", "{\"requests\": 1}", "{\"requests\": [], \"more\": 1}",
        "{\"requests\": [\(Array(repeating: "{}", count: 1_001).joined(separator: ","))]}",
    ])
    func refusesTheWhole(body: String) throws {
        #expect(try Reply("/v1/size/batch", body).status == 422)
    }

    @Test("The curves of a batch are bounded together: what is beyond is refused by element")
    func curvesAreBounded() throws {
        let body = Sample.size("\"include\": [\"curve\"], \"max_ratio\": 512, \"barrier\": \"gaussian\"")
        let bodies = Array(repeating: body, count: 34).joined(separator: ",")
        let reply = try Reply("/v1/size/batch", "{\"requests\": [\(bodies), \(Sample.size())]}")
        #expect(reply.status == 200)
        let results = try #require(reply.root["results"]).elements.map { $0 }
        #expect(results[..<32].allSatisfy { $0["curve"]?.count == 512 })
        for refused in results[32..<34] {
            #expect(refused["status"]?.integer == 422)
            let error = refused["errors"]?.elements.map { $0 }.first
            #expect(error?["pointer"]?.string?.hasSuffix("/include") == true)
            #expect(error?["detail"]?.string?.contains("512 points; the curves of one batch may have 16384") == true)
        }
        #expect(results[34]["recommendation"] != nil)
    }

    @Test("The errors of a batch are bounded together; each element that is wrong says so")
    func errorsAreBounded() throws {
        let wrong = "{\((0..<100).map { "\"x\($0)\": 1" }.joined(separator: ", "))}"
        let bodies = Array(repeating: wrong, count: 60).joined(separator: ",")
        let reply = try Reply("/v1/size/batch", "{\"requests\": [\(bodies)]}")
        let listed = try #require(reply.root["results"]).elements.map { $0["errors"]?.count ?? 0 }
        #expect(listed.first == 100)
        #expect(listed.last == 1)
        #expect(listed.reduce(0, +) <= 2_100)
    }

    @Test func emptyIsFine() throws {
        let reply = try Reply("/v1/size/batch", "{\"requests\": []}")
        #expect(reply.status == 200)
        #expect(reply.root["results"]?.count == 0)
    }
}
