import Delivery
import GRDB
import Operation

/// Lists intents journey by journey and place by place, in many short read transactions.
///
/// Nothing is sorted, and no transaction reads more than a window: a listing of millions of rows starts at once and does
/// not delay other connections. An intent that moves during the listing can appear twice or not at all.
package struct IntentWalk {
    /// One page of a listing.
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

    /// At most `limit` intents after a position. `onProgress` is called between two windows with the number found.
    func page(
        after cursor: IntentPosition? = nil, limit: Int, onProgress: (Int) -> Void = { _ in }
    ) throws -> Page {
        var found: [IntentWindow.Found] = []
        let window = IntentWindow(filter: filter, now: now)
        for start in try starts(after: cursor) {
            var position: IntentPosition? = start
            while let current = position, found.count <= limit {
                // One more than the limit, to know whether there is a next page.
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

    /// Passes every match to `body`, one page at a time.
    func forEachPage(of size: Int, _ body: ([IntentRecord]) throws -> Void) throws {
        var cursor: IntentPosition?
        repeat {
            let page = try page(after: cursor, limit: size)
            if !page.records.isEmpty { try body(page.records) }
            cursor = page.next
        } while cursor != nil
    }

    /// The number of intents that match.
    func count() throws -> Int {
        var count = 0
        try forEachPage(of: IntentWindow.rowsMax) { count += $0.count }
        return count
    }

    /// The start of each journey and place that is still to be listed. The first one continues at the cursor.
    private func starts(after cursor: IntentPosition?) throws -> [IntentPosition] {
        let (journeys, places) = try connection.read { db in
            let places = try filter.places(in: db)
            return (try filter.journey.map { [JourneyName($0)] } ?? JourneyNames(db: db).names(in: places), places)
        }
        var starts: [IntentPosition] = []
        for journey in journeys {
            for place in places {
                let start = IntentPosition(journey: journey, place: place)
                guard let cursor else {
                    starts.append(start)
                    continue
                }
                if Self.rank(start) > Self.rank(cursor) { starts.append(start) }
                if Self.rank(start) == Self.rank(cursor) { starts.append(cursor) }
            }
        }
        return starts
    }

    private static func rank(_ cursor: IntentPosition) -> (JourneyName, Int) {
        (cursor.journey, IntentPlace.allCases.firstIndex(of: cursor.place) ?? 0)
    }
}
