/// What a producer asked for by one row, as the checker is told.
struct Intention: Sendable {
    /// Told apart by this number, which is the first thing in its data.
    var number: Int
    var journey: String
    var contact: String
    var email: String?
    var data: String
    var orderingKey: String?
    var dedupKey: String?
    var scheduledAt: Int64?
    var expiresAt: Int64?

    /// Its text has a number that no decoder keeps as it is, and a word that nobody is to read anywhere else.
    static func data(_ number: Int) -> String { #"{"n":\#(number),"price":1.10,"word":"\#(canary)"}"# }

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
