import Crypto
import Synchronization

/// One row as the producer wrote it, for comparison with what the API receives.
struct PlannedIntent: Sendable {
    /// Identifies the intent in the run. It is the first member of its data.
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

    /// The `data` of an intent. It contains a number that no JSON decoder preserves as text, and the canary.
    static func data(_ number: Int) -> String { #"{"n":\#(number),"price":1.10,"word":"\#(canary)"}"# }

    /// The `profile` of an intent. Spaces and the order of keys must arrive as the producer wrote them.
    static func profile(_ number: Int) -> String {
        #"{ "score": 2.50, "first_name":"\#(canary) \#(number)" ,"tags":[1E2,"a\/b"]}"#
    }

    /// The SHA-256 of the user object that the API must receive, in hexadecimal.
    ///
    /// - Parameter isAlone: whether the request has only this user. Its data then stands beside the user object.
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

    /// A word in every contact, payload and API key. It must not occur in any log.
    static let canary = "canary"

    /// The numbers of the intents in a request's body, in their order.
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

/// Every intent that the producer has committed, by its number.
final class CommittedIntents: Sendable {
    private let intents = Mutex<[Int: PlannedIntent]>([:])

    func add(_ new: [PlannedIntent]) {
        intents.withLock { for intent in new { $0[intent.number] = intent } }
    }

    subscript(_ number: Int) -> PlannedIntent? { intents.withLock { $0[number] } }
}
