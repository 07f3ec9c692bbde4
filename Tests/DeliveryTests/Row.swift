import Delivery

/// Bytes that a test writes as a string.
struct Text: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    var bytes: [UInt8]

    init(stringLiteral text: String) {
        bytes = Array(text.utf8)
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// An intent as a test defines it.
struct Row: Sendable {
    var id: Int64 = 1
    var attempts = 0
    var epoch = 0
    var externalID: Text? = "a"
    var anonymousID: Text?
    var email: Text?
    var profile: Text?
    var data: Text?
    var orderingKey: Text?
    var dedupKey: Text?
    var scheduledAt: Int64?
    var expiresAt: Int64?
    var traceparent: Text?
    var createdAt: Int64 = 0
    var previousBatch: Int64?

    func offer(to builder: inout BatchBuilder) -> BatchBuilder.OfferResult {
        read { builder.offer($0) }
    }

    /// The row as the store reads it.
    func read<Result>(_ use: (IntentRow) -> Result) -> Result {
        var arena: [UInt8] = []
        let texts = [externalID, anonymousID, email, profile, data, orderingKey, dedupKey, traceparent]
        let ranges = texts.map { text in
            text.map { text -> Range<Int> in
                arena += text.bytes
                return (arena.count - text.bytes.count)..<arena.count
            }
        }
        return arena.withUnsafeBytes { bytes in
            let places = ranges.map { $0.map { IntentRow.Text(rebasing: bytes[$0]) } }
            return use(
                IntentRow(
                    id: id, attempts: attempts, epoch: epoch, externalID: places[0], anonymousID: places[1],
                    email: places[2], profile: places[3], data: places[4], orderingKey: places[5], dedupKey: places[6],
                    scheduledAt: scheduledAt, expiresAt: expiresAt, traceparent: places[7], createdAt: createdAt,
                    previousBatch: previousBatch))
        }
    }
}
