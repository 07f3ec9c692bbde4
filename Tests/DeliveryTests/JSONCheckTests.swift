@testable import Delivery
import Testing

@Suite struct JSONCheckTests {
    private static func fault(_ bytes: [UInt8]) -> JSONDefect? {
        bytes.withUnsafeBytes { bytes -> JSONDefect? in
            do throws(JSONDefect) {
                _ = try JSONCheck.check(object: bytes)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test(arguments: [
        "{}", " {} ", "\t\r\n{\n}\n", #"{"":""}"#, #"{"a":1}"#,
        #"{"a":-0,"b":0.0,"c":-1.5e-10,"d":1E+2,"e":1e2,"f":1.10}"#,
        #"{"a":123456789012345678901234567890}"#, #"{"a":1e308,"b":1e-999}"#, #"{"a":true,"b":false,"c":null}"#,
        #"{"a":[],"b":[1,[2,[3]]],"c":{"a":{"a":{}}}}"#, #"{"a":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"}"#,
        #"{"a":"\ud800"}"#,
        "{\"é\":\"\u{10FFFF}\u{7F}\u{2028}\"}", #"{"a":1,"A":2}"#, #"{"\u0061b":1,"a":2}"#, #"{"a":0.1e1}"#,
    ]) func `valid objects pass`(text: String) {
        #expect(Self.fault(Array(text.utf8)) == nil)
    }

    /// Named by their index, because some texts have characters that a test report should not contain.
    private static let invalid = [
        "", " ", "[]", "1", "null", #""a""#, "{", "}", "{}}", "{}{}", "{},", "{} x", #"{"a"}"#, #"{"a":}"#,
        #"{"a":1,}"#, #"{,"a":1}"#,
        #"{a:1}"#, #"{'a':1}"#, #"{"a":'b'}"#, #"{"a":01}"#, #"{"a":-}"#, #"{"a":+1}"#, #"{"a":.5}"#, #"{"a":1.}"#,
        #"{"a":1e}"#,
        #"{"a":1e+}"#, #"{"a":0x1}"#, #"{"a":NaN}"#, #"{"a":Infinity}"#, #"{"a":-Infinity}"#, #"{"a":tru}"#,
        #"{"a":TRUE}"#, #"{"a":nul"#,
        #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[1 2]}"#, #"{"a":[}"#, #"{"a":"}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#,
        #"{"a":"\u12G4"}"#,
        #"{"a":"\"#, "{\"a\":\"\n\"}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\u{1F}\"}", "{\"a\":\"\t\"}", "\u{FEFF}{}",
        "{/**/}",
        "{\"a\":1\u{0}}", "{}\u{0}", "\u{B}{}", "\u{A0}{}", #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{"a":1:2}"#, #"{1:2}"#,
        #"{"a":--1}"#,
    ]

    @Test(arguments: invalid.indices) func `a text that is not a JSON object is refused`(index: Int) {
        #expect(Self.fault(Array(Self.invalid[index].utf8)) == .invalidJSON)
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xE2, 0x82], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]]) func `bytes that are not UTF-8 are refused at any place`(bytes: [UInt8])
    {
        #expect(Self.fault(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)) == .invalidUTF8)
        #expect(Self.fault(Array(#"{""#.utf8) + bytes + Array(#"":1}"#.utf8)) == .invalidUTF8)
        #expect(Self.fault(bytes) == .invalidUTF8)
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
        #"{"\u0061":1,"\u0061":2}"#,
        #"{"":1,"":2}"#, #"{"x":{"a":1,"a":2}}"#, #"{"x":[{"a":1,"a":2}]}"#, #"{"é":1,"\u00e9":2}"#,
        #"{"a":{"b":1,"c":{"d":2}},"a":3}"#, #"{"x":[{"a":1},{"b":2}],"y":3,"x":4}"#,
        #"{"\n":1,"\u000a":2}"#,
        #"{"\/":1,"/":2}"#, #"{"😀":1,"\ud83d\ude00":2}"#, #"{"\ud800":1,"\ud800":2}"#,
        "{" + (0..<40).map { "\"k\($0)\":1" }.joined(separator: ",") + ",\"k3\":1}",
        "{" + (0..<40).map { "\"k\($0)\":1" }.joined(separator: ",") + ",\"\\u006b39\":1}",
    ]) func `a duplicate key is found, however it is escaped`(text: String) {
        #expect(Self.fault(Array(text.utf8)) == .duplicateKey)
    }

    @Test func `many different keys are no duplicates`() {
        let many = "{" + (0..<500).map { "\"k\($0)\":{\"k\($0)\":1}" }.joined(separator: ",") + ",\"\\u006b\":1}"
        #expect(Self.fault(Array(many.utf8)) == nil)
    }

    @Test(arguments: [(508, nil), (509, .tooDeep), (512, .tooDeep), (100_000, .tooDeep)] as [(Int, JSONDefect?)])
    func `depth is counted with the object itself, up to 509, which is 512 in a request`(inner: Int, fault: JSONDefect?)
    {
        let text = #"{"a":"# + String(repeating: "[", count: inner) + String(repeating: "]", count: inner) + "}"
        #expect(Self.fault(Array(text.utf8)) == fault)
    }

    @Test(arguments: [
        #"{"a":1e999}"#, #"{"a":-1e309}"#, #"{"a":1E+400}"#, "{\"a\":1\(String(repeating: "0", count: 400))}",
    ])
    func `numbers that overflow a double are refused`(text: String) {
        #expect(Self.fault(Array(text.utf8)) == .numberOutOfRange)
    }

    @Test func `the range is that between the braces`() throws {
        let text = Array(" { \"a\":{} } ".utf8)
        let range = try text.withUnsafeBytes { bytes throws(JSONDefect) in try JSONCheck.check(object: bytes) }
        #expect(Array(text[range]) == Array(" \"a\":{} ".utf8))
    }

    @Test func `a second reader decides the same about random bytes`() {
        var random = SplitMix64(seed: 5)
        let alphabet = Array(#"{{{}}}[]"",,::01e-+.\ntrufalse "#.utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let fault = Self.fault(bytes)
            guard fault != .numberOutOfRange else { continue }
            var isObject = false
            if case .object = StrictJSON.read(bytes) { isObject = true }
            #expect((fault == nil) == isObject, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
