import Crypto

/// What a producer asked for by one row, as the checker is told.
struct Intention: Sendable {
    /// Told apart by this number, which is the first thing in its data.
    var number: Int
    var journey: String
    var contact: String
    var email: String?
    var profile: String?
    var data: String
    var orderingKey: String?
    var dedupKey: String?
    var scheduledAt: Int64?
    var expiresAt: Int64?

    /// Its text has a number that no decoder keeps as it is, and a word that nobody is to read anywhere else.
    static func data(_ number: Int) -> String { #"{"n":\#(number),"price":1.10,"word":"\#(canary)"}"# }

    /// Likewise; spaces and the order of its keys are the producer's own.
    static func profile(_ number: Int) -> String {
        #"{ "score": 2.50, "first_name":"\#(canary) \#(number)" ,"tags":[1E2,"a\/b"]}"#
    }

    /// The SHA-256 of the user that the API is to receive, in hexadecimal.
    ///
    /// - Parameter isAlone: whether it is a request of its own, which carries the data beside the user.
    func entrySHA256(isAlone: Bool) -> String {
        var parts = [#""external_id":"\#(contact)""#]
        if let email { parts.append(#""email":"\#(email)""#) }
        if let profile { parts.append(String(profile.dropFirst().dropLast())) }
        if !isAlone { parts.append(#""data":\#(data)"#) }
        let digits = Array("0123456789abcdef")
        return String(
            SHA256.hash(data: Array("{\(parts.joined(separator: ","))}".utf8)).flatMap { byte in
                [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            })
    }

    /// In every contact, payload and API key; must never be in a log.
    static let canary = "canary"

    /// The numbers that a request's body carries, in their order.
    static func numbers(in body: [UInt8]) -> [Int] {
        let mark = Array(#"{"n":"#.utf8)
        var numbers: [Int] = []
        var index = 0
        while index + mark.count < body.count {
            guard body[index] == mark[0], body[index..<(index + mark.count)].elementsEqual(mark) else {
                index += 1
                continue
            }
            index += mark.count
            var number = 0
            while index < body.count, (0x30...0x39).contains(body[index]) {
                number = number * 10 + Int(body[index] - 0x30)
                index += 1
            }
            numbers.append(number)
        }
        return numbers
    }
}
