import Testing

@testable import Delivery

@Suite struct StringScanTests {
    private static func isSpecial(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

    @Test func `each byte is special or not at every place among eight`() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<24 {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 24)
                bytes[place] = byte
                let found = bytes.withUnsafeBytes { StringScan.special(in: $0, from: 0) }
                #expect(found == (Self.isSpecial(byte) ? place : 24), "byte \(byte) at \(place)")
            }
        }
    }

    @Test func `the first special byte is found from any start`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                // Mostly bytes next to the special ones.
                [0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF, 0x00, 0x61, 0x61]
                    .randomElement(using: &random) ?? UInt8(0)
            }
            let start = Int.random(in: 0...bytes.count, using: &random)
            let first = bytes[start...].firstIndex(where: Self.isSpecial) ?? bytes.count
            #expect(
                bytes.withUnsafeBytes { StringScan.special(in: $0, from: start) } == first, "\(bytes) from \(start)")
        }
    }
}
