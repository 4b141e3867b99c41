import SizingNumerics
import Testing

@Suite struct SipHash128Tests {
    /// Vectors of the reference implementation (github.com/veorq/SipHash, vectors.h, `vectors_sip128`): key 00 01 … 0f,
    /// input 00 01 … of each length.
    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
        (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (15, "5493e99933b0a8117e08ec0f97cfc3d9"), (63, "5150d1772f50834a503e069a973fbd7c"),
    ])
    func agreesWithTheReference(_ length: Int, _ digest: String) {
        let input = (0..<length).map { UInt8($0) }
        let value = SipHash128.hash(input, key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        #expect(value.hexadecimal == digest)
    }
}
