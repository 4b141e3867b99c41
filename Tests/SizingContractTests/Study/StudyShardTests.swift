import Testing

@testable import SizingContract

struct StudyShardTests {
    @Test(arguments: [("0/1", 0, 1), ("0/8", 0, 8), ("7/8", 7, 8), ("999999/1000000", 999_999, 1_000_000)])
    func reads(text: String, index: Int, count: Int) throws {
        let shard = try #require(StudyShard(text))
        #expect(shard.index == index)
        #expect(shard.count == count)
    }

    @Test(arguments: [
        "", "/", "1", "1/", "/2", "8/8", "9/8", "0/0", "-1/8", "+1/8", "1/+8", " 1/8", "1/8 ", "1/2/3", "a/b", "0x1/8",
        "0/1000001", "1/99999999999999999999",
    ])
    func refuses(text: String) {
        #expect(StudyShard(text) == nil)
    }

    @Test func everyScenarioHasOneOwner() {
        for count in 1...7 {
            let shards = (0..<count).compactMap { StudyShard("\($0)/\(count)") }
            #expect(shards.count == count)
            for scenario in 0..<100 {
                #expect(shards.filter { $0.owns(scenario) }.count == 1)
            }
        }
    }
}
