import Synchronization

/// The violations that a run has found.
final class ViolationList: Sendable {
    private let found = Mutex<[String]>([])
    private let looked = Mutex(0)

    var all: [String] { found.withLock { $0 } }

    /// How many outputs were examined.
    var outputs: Int { looked.withLock { $0 } }

    func add(_ text: String) {
        found.withLock { $0.append(text) }
    }

    func add(_ row: HostileRow, _ text: String) {
        let columns = row.texts.mapValues { String(decoding: $0.prefix(120), as: UTF8.self).debugDescription }
        add("row \(row.number) (\(row.what)) \(text): \(columns)")
    }

    func add(_ places: [String], of output: String) {
        looked.withLock { $0 += 1 }
        for place in places { add("\(output): \(place)") }
    }
}
