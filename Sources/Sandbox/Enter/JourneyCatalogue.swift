import Foundation

/// The journeys by id, with their counts of entrances.
///
/// As in the API, the shown counts are cached: they may be up to five seconds old.
struct JourneyCatalogue: Sendable {
    private struct Stats {
        var entrances = 0
        var shown = 0
        var shownAt: Int64?
    }

    static let statsAgeMaxMilliseconds: Int64 = 5000
    private(set) var journeys: [Int: SandboxJourney] = [:]
    private var stats: [Int: Stats] = [:]

    init(_ journeys: [SandboxJourney]) {
        for journey in journeys {
            self.journeys[journey.id] = journey
        }
    }

    subscript(id: Int) -> SandboxJourney? {
        get { journeys[id] }
        set { journeys[id] = newValue }
    }

    mutating func addEntrances(_ count: Int, to id: Int) {
        stats[id, default: Stats()].entrances += count
    }

    /// The JSON text of a journey, as `GET /journeys/{id}` returns it.
    mutating func json(of journey: SandboxJourney, at now: Int64) -> String {
        var counts = stats[journey.id] ?? Stats()
        let isFresh = counts.shownAt.map { now - $0 < JourneyCatalogue.statsAgeMaxMilliseconds } ?? false
        if !isFresh {
            counts.shown = counts.entrances
            counts.shownAt = now
        }
        stats[journey.id] = counts
        let shownAt = Date(timeIntervalSince1970: Double(counts.shownAt ?? now) / 1000)
        return JSONWriter.object([
            ("id", String(journey.id)), ("project_id", "1"), ("name", JSONWriter.string(journey.name)),
            ("status", JSONWriter.string(journey.status.rawValue)),
            ("stats", JSONWriter.object([("entrance", String(counts.shown))])),
            ("stats_at", JSONWriter.string(shownAt.ISO8601Format())),
        ])
    }

    /// The JSON text of one page of `GET /journeys`, in the order of ids. The cursor is the offset of its first
    /// journey.
    ///
    /// - Throws: a `parameter_invalid_format` problem for a limit outside 1…100 and for an invalid cursor.
    mutating func page(_ parameters: [String: String], at now: Int64) throws(SandboxProblem) -> String {
        let limit = try JourneyCatalogue.limit(parameters["limit"])
        let start = try JourneyCatalogue.offset(parameters["cursor"])
        let listed = journeys.keys.sorted().dropFirst(start).prefix(limit).compactMap { journeys[$0] }
        let end = start + listed.count
        let next = end < journeys.count ? JSONWriter.string("o\(end)") : "null"
        let previous = start > 0 ? JSONWriter.string("o\(max(0, start - limit))") : "null"
        var results: [String] = []
        for journey in listed {
            results.append(json(of: journey, at: now))
        }
        return JSONWriter.object([
            ("results", JSONWriter.array(results)), ("nextCursor", next), ("prevCursor", previous),
            ("limit", String(limit)),
        ])
    }

    private static func limit(_ text: String?) throws(SandboxProblem) -> Int {
        guard let text else { return 25 }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw .invalidFormat("limit", "The limit must be a number from 1 to 100.")
        }
        return limit
    }

    private static func offset(_ text: String?) throws(SandboxProblem) -> Int {
        guard let text, !text.isEmpty else { return 0 }
        guard text.first == "o", let offset = Int(text.dropFirst()), offset >= 0 else {
            throw .invalidFormat("cursor", "The cursor is not one this list gave out.")
        }
        return offset
    }
}
