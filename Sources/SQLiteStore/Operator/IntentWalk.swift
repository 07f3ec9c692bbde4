import Delivery
import GRDB
import Operation

/// Lists intents journey by journey and place by place, in many short read transactions.
///
/// Nothing is sorted and no transaction reads more than a window, so that a listing over millions of rows neither waits
/// nor holds anyone up. An intent that moves meanwhile may be met twice or not at all.
package struct IntentWalk {
    /// Part of a listing.
    struct Page: Sendable {
        var records: [IntentRecord] = []
        /// Where the next page starts; nil when this is the last.
        var next: IntentPosition?
    }

    let connection: OperatorConnection
    let filter: IntentFilter
    let now: WallTime

    package init(_ connection: OperatorConnection, filter: IntentFilter, at now: WallTime) {
        self.connection = connection
        self.filter = filter
        self.now = now
    }

    /// At most `limit` intents after a cursor; `onProgress` is told between two windows how many were found.
    func page(
        after cursor: IntentPosition? = nil, limit: Int, onProgress: (Int) -> Void = { _ in }
    ) throws -> Page {
        var found: [IntentWindow.Found] = []
        let window = IntentWindow(filter: filter, now: now)
        for start in try stretches(after: cursor) {
            var position: IntentPosition? = start
            while let current = position, found.count <= limit {
                // One more than asked for, to know whether there is a next page.
                let wanted = limit + 1 - found.count
                let part = try connection.read { try window.read($0, after: current, limit: wanted) }
                found += part.found
                onProgress(found.count)
                position = part.next
            }
            if found.count > limit { break }
        }
        let isLast = found.count <= limit
        let page = found.prefix(limit)
        return Page(records: page.map(\.record), next: isLast ? nil : page.last?.position)
    }

    /// Every match, a page at a time.
    func forEachPage(of size: Int, _ body: ([IntentRecord]) throws -> Void) throws {
        var cursor: IntentPosition?
        repeat {
            let page = try page(after: cursor, limit: size)
            if !page.records.isEmpty { try body(page.records) }
            cursor = page.next
        } while cursor != nil
    }

    /// How many intents match.
    func count() throws -> Int {
        var count = 0
        try forEachPage(of: IntentWindow.rowsMax) { count += $0.count }
        return count
    }

    /// The beginnings of what is still to be listed: the first goes on where the cursor stands.
    private func stretches(after cursor: IntentPosition?) throws -> [IntentPosition] {
        let (journeys, places) = try connection.read { db in
            let places = try filter.places(in: db)
            return (try filter.journey.map { [JourneyName($0)] } ?? JourneyNames(db: db).names(in: places), places)
        }
        var stretches: [IntentPosition] = []
        for journey in journeys {
            for place in places {
                let start = IntentPosition(journey: journey, place: place)
                guard let cursor else {
                    stretches.append(start)
                    continue
                }
                if Self.rank(start) > Self.rank(cursor) { stretches.append(start) }
                if Self.rank(start) == Self.rank(cursor) { stretches.append(cursor) }
            }
        }
        return stretches
    }

    private static func rank(_ cursor: IntentPosition) -> (JourneyName, Int) {
        (cursor.journey, IntentPlace.allCases.firstIndex(of: cursor.place) ?? 0)
    }
}
