import Testing
import Text

@Suite struct NearestNameTests {
    @Test(
        arguments: [
            ("prefil", "prefill"), ("perfill", "prefill"), ("decodes", "decode"), ("Decode", "decode"),
            ("batch", "batch_size"),
            ("ba", nil),
            ("", nil), ("xyz", nil), ("batchsize", "batch_size"),
        ] as [(String, String?)])
    func suggests(_ name: String, _ expected: String?) {
        #expect(NearestName.nearest(to: name, among: ["prefill", "decode", "batch_size"]) == expected)
    }
}
