import GRDB

/// The rows of `outbox_journey`: how many intents each journey has delivered.
struct JourneyTable {
    let db: Database

    func add(delivered count: Int, to journey: String) throws {
        assert(count > 0, "a count of deliveries only grows")
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_journey (journey, delivered) VALUES (?1, ?2)
                ON CONFLICT (journey) DO UPDATE SET delivered = delivered + ?2
                """
        ).execute(arguments: [journey, count])
    }
}
