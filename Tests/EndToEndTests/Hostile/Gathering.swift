import Synchronization

/// What a run found wrong, gathered from wherever it was found.
final class Gathering: Sendable {
    private let found = Mutex<[String]>([])

    var all: [String] { found.withLock { $0 } }

    func add(_ text: String) {
        found.withLock { $0.append(text) }
    }

    func add(_ row: HostileRow, _ text: String) {
        let columns = row.texts.mapValues { String(decoding: $0.prefix(120), as: UTF8.self).debugDescription }
        add("row \(row.number) (\(row.what)) \(text): \(columns)")
    }

    func add(_ places: [String], of output: String) {
        for place in places { add("\(output): \(place)") }
    }
}
