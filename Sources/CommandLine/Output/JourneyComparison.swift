import PlainText
import Settings
import SpotzeeAPI

/// One journey as the configuration and the API see it.
struct JourneyComparison: Equatable {
    /// The name producers write; nil when the configuration does not name the journey.
    let name: String?
    let id: Int64
    let entranceID: Int64?
    /// The API's name and status; nil when the API does not know the journey.
    let title: String?
    let status: String?

    /// A configured journey whose intents are not taken.
    var isTrouble: Bool { name != nil && status != "live" }

    /// The configured ones by name, then the others by id.
    static func compare(
        _ configured: [String: JourneySettings], with entries: [JourneyDirectory.ListedJourney]
    ) -> [JourneyComparison] {
        let byID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
        let known = configured.values.sorted { $0.name < $1.name }.map { settings in
            let entry = byID[Int64(settings.id)]
            return JourneyComparison(
                name: settings.name, id: Int64(settings.id), entranceID: settings.entranceID.map(Int64.init),
                title: entry?.name, status: entry?.status)
        }
        let ids = Set(known.map(\.id))
        return known
            + entries.filter { !ids.contains($0.id) }.sorted { $0.id < $1.id }.map {
                JourneyComparison(name: nil, id: $0.id, entranceID: nil, title: $0.name, status: $0.status)
            }
    }

    static func json(_ lines: [JourneyComparison]) -> JSON {
        .object([
            .init(
                "journeys",
                .array(
                    lines.map { line in
                        .object([
                            .init("name", .of(line.name)), .init("id", .of(line.id)),
                            .init("entrance_id", .of(line.entranceID)), .init("title", .of(line.title)),
                            .init("status", .of(line.status)),
                        ])
                    }))
        ])
    }

    static func text(_ lines: [JourneyComparison], on terminal: Terminal) -> PlainText {
        if lines.isEmpty { return "no journeys, neither in the configuration nor at the API" }
        var table = TextTable(columns: [
            .init("journey", widthMin: 10), .init("id", .right), .init("entrance", .right), .init("status"),
            .init("title", widthMin: 8),
        ])
        table.rows = lines.map { line in
            [
                .init(line.name ?? "-"), .init(String(line.id)), .init(line.entranceID.map { String($0) } ?? ""),
                .init(line.status ?? "unknown", line.isTrouble ? .bad : line.name == nil ? .plain : .good),
                .init(line.title ?? "the API does not know it"),
            ]
        }
        return table.text(on: terminal)
    }
}
