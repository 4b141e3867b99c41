/// A number that tells texts apart: FNV-1a, 64 bits. An accidental collision among a million texts has a probability of 3e-8.
enum ByteHash {
    static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        return hash
    }
}
