import Testing

@testable import SizingAPI

@Suite struct NearestTests {
    @Test(
        arguments: [
            ("prefil", "prefill"), ("perfill", "prefill"), ("decodes", "decode"), ("Decode", "decode"),
            ("batch", "batch_size"),
            ("ba", nil),
            ("", nil), ("xyz", nil), ("batchsize", "batch_size"),
        ] as [(String, String?)])
    func suggests(_ name: String, _ expected: String?) {
        #expect(Nearest.name(to: name, among: ["prefill", "decode", "batch_size"]) == expected)
    }
}
