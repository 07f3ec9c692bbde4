import Crypto
import Delivery
import Foundation
import GRDB
import Sandbox
import Testing

/// Hostile rows: each is refused, quarantined alone, or delivered byte for byte. `HOSTILE_ROWS` sets their number.
struct HostileRowTests {
    private static let rows = ProcessInfo.processInfo.environment["HOSTILE_ROWS"].flatMap(Int.init) ?? 3000
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1
    /// The number of rows in one database.
    private static let chunk = 3000

    @Test func `every hostile row is refused with its sentence, quarantined alone, or delivered byte for byte`()
        async throws
    {
        var fates: [String: Int] = [:]
        var count = 0
        while count < Self.rows {
            let seed = Self.seed &+ UInt64(count / Self.chunk)
            let size = min(Self.chunk, Self.rows - count)
            var source = HostileRows(seed: seed)
            let rows = (0..<size).map { _ in source.next() }
            let wrong = try await Self.play(rows)
            #expect(wrong.prefix(10).isEmpty, "HOSTILE_SEED=\(seed)")
            for row in rows { fates[Self.name(row.fate), default: 0] += 1 }
            count += size
        }
        let figures = fates.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("hostile rows: \(count) (\(figures))")
    }

    private static func name(_ fate: HostileRow.ExpectedOutcome) -> String {
        switch fate {
        case .refused: "refused at INSERT"
        case .quarantined: "quarantined"
        case .delivered: "delivered byte for byte"
        }
    }

    private static func play(_ rows: [HostileRow]) async throws -> [String] {
        let wrong = ViolationList()
        try await Workbench.open { bench in
            let ids = try insert(rows, bench, wrong)
            let worker = try bench.start(["drain", "--verbose", "--log-contacts"])
            #expect(await worker.end() == .exited(0))
            try await check(rows, ids, bench, wrong)
            try await look(ids, bench, worker, wrong)
        }
        return wrong.all
    }

    /// Inserts the rows that the schema accepts, and returns the ids by the rows' numbers.
    private static func insert(_ rows: [HostileRow], _ bench: Workbench, _ wrong: ViolationList) throws -> [Int: Int64]
    {
        try bench.business.write { db in
            var ids: [Int: Int64] = [:]
            for row in rows {
                let texts = row.texts.sorted { $0.key < $1.key }
                let others = row.others.sorted { $0.key < $1.key }
                var places = texts.map { row.blobs.contains($0.key) ? "?" : "CAST(? AS TEXT)" }
                places += others.map { _ in "?" }
                let sql = """
                    INSERT OR IGNORE INTO outbox (\((texts.map(\.key) + others.map(\.key)).joined(separator: ", ")))
                    VALUES (\(places.joined(separator: ", "))) RETURNING id
                    """
                let values = texts.map { Data($0.value).databaseValue } + others.map { $0.value.databaseValue }
                do {
                    ids[row.number] = try Int64.fetchOne(db, sql: sql, arguments: StatementArguments(values))
                    if case .refused(let sentence) = row.fate { wrong.add(row, "was taken, not refused: \(sentence)") }
                } catch let error as DatabaseError {
                    let message = error.message ?? ""
                    guard case .refused(let sentence) = row.fate, message.contains(sentence) else {
                        wrong.add(row, "was refused: \(message)")
                        continue
                    }
                }
            }
            return ids
        }
    }

    private static func check(_ rows: [HostileRow], _ ids: [Int: Int64], _ bench: Workbench, _ wrong: ViolationList)
        async throws
    {
        let places = try await bench.business.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, 'dead ' || code || CASE WHEN attempts = 0 AND batch_id IS NULL THEN '' ELSE ' sent' END
                      FROM outbox_dead
                    UNION ALL SELECT id, state FROM outbox_intents WHERE state <> 'dead'
                    UNION ALL SELECT id, CASE WHEN attempts = 1 THEN 'delivered' ELSE 'delivered late' END FROM outbox_history
                    """
            ).reduce(into: [Int64: String]()) { $0[$1[0]] = $1[1] }
        }
        let effects = Dictionary(
            grouping: bench.sandbox.effects(), by: { HostileRow.number(ofExternalID: $0.externalID) ?? -1 })
        for row in rows {
            let place = ids[row.number].map { places[$0] ?? "nowhere" }
            let own = effects[row.number] ?? []
            switch row.fate {
            case .refused:
                if !own.isEmpty { wrong.add(row, "was refused and sent") }
            case .quarantined(let code):
                if place != "dead \(code)" || !own.isEmpty {
                    wrong.add(row, "is \(place ?? "not there"), \(own.count) effects")
                }
            case .delivered:
                guard place == "delivered", own.count == 1 else {
                    wrong.add(row, "is \(place ?? "not there"), \(own.count) effects")
                    continue
                }
                compare(row, own[0], wrong)
            }
        }
        if effects[-1] != nil { wrong.add("an effect without a row") }
    }

    /// The comparison is by bytes, because texts that look alike can differ.
    private static func compare(_ row: HostileRow, _ effect: SandboxEffect, _ wrong: ViolationList) {
        for (name, text) in [
            ("external_id", effect.externalID), ("anonymous_id", effect.anonymousID), ("email", effect.email),
        ]
        where row.texts[name] != text.map({ Array($0.utf8) }) {
            wrong.add(row, "arrived with another \(name)")
        }
        // White space around the object is not part of it.
        let sent = row.texts["data"].map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let data = sent ?? (row.isUsersShape ? nil : "{}")
        if data.map({ Array($0.utf8) }) != effect.data.map({ Array($0.utf8) }) {
            wrong.add(row, "arrived with other data")
        }
        let digest = SHA256.hash(data: row.entry).map { String(format: "%02x", $0) }.joined()
        if digest != effect.entrySHA256 { wrong.add(row, "arrived as other bytes") }
    }

    /// No command and no log line prints a terminal control from a row.
    private static func look(
        _ ids: [Int: Int64], _ bench: Workbench, _ worker: ChildProcess, _ wrong: ViolationList
    ) async throws {
        let dead = try await bench.business.read { try Int64.fetchAll($0, sql: "SELECT id FROM outbox_dead LIMIT 4") }
        let delivered = try await bench.business.read {
            try Int64.fetchAll($0, sql: "SELECT id FROM outbox_history LIMIT 2")
        }
        var commands: [[String]] = [
            ["status"], ["doctor"], ["intents", "list", "--limit", "500"], ["dead-letters", "list", "--limit", "500"],
            ["batches", "list"], ["batches", "show", "1"], ["journeys"],
        ]
        for id in dead { commands += [["dead-letters", "show", "\(id)"], ["why", "\(id)"]] }
        for id in delivered { commands.append(["why", "\(id)"]) }
        wrong.add(SteeringText.places(in: try Data(contentsOf: URL(fileURLWithPath: worker.outputPath))), of: "the log")
        for command in commands {
            for form in [[], ["--json"]] {
                let process = try bench.start(command + form)
                _ = await process.end()
                let output = try Data(contentsOf: URL(fileURLWithPath: process.outputPath))
                if output.isEmpty { wrong.add("\(command) says nothing") }
                wrong.add(SteeringText.places(in: output), of: (command + form).joined(separator: " "))
            }
        }
    }

    @Test(arguments: ["data", "profile"])
    func `a depth of 509 is delivered byte for byte, and a depth of 510 becomes a dead letter that was never sent`(
        column: String
    ) async throws {
        try await Workbench.open { bench in
            for journey in ["welcome", "trial-ending"] {
                for depth in [2, 508, 509, 510, 511] {
                    try await bench.business.write { db in
                        try db.execute(
                            sql: "INSERT INTO outbox (journey, external_id, \(column)) VALUES (?, ?, ?)",
                            arguments: [journey, "\(journey)-\(depth)", HostileRows.nested(depth)])
                    }
                }
            }
            try await bench.expectDrained()
            let dead = try await bench.business.read {
                try String.fetchAll($0, sql: "SELECT external_id || ' ' || code FROM outbox_dead ORDER BY id")
            }
            #expect(
                dead
                    == ["welcome", "trial-ending"].flatMap { journey in
                        [510, 511].map { "\(journey)-\($0) unsendable_too_deep" }
                    })
            let arrived = bench.sandbox.effects()
            #expect(
                Set(arrived.map { $0.externalID ?? "" })
                    == Set(
                        ["welcome", "trial-ending"].flatMap { journey in [2, 508, 509].map { "\(journey)-\($0)" } }))
            for effect in arrived where column == "data" {
                let depth = try #require(effect.externalID?.split(separator: "-").last.flatMap { Int($0) })
                #expect(effect.data == HostileRows.nested(depth))
            }
        }
    }

    @Test func `a drain does not wait for journeys whose names only look like a configured one`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.journeys = [Journey(name: "caf\u{E9}", id: 33)]
            try await bench.business.write { db in
                for (number, name) in ["636166C3A9", "63616665CC81", "636166FF", "636166FE"].enumerated() {
                    try db.execute(
                        sql: "INSERT INTO outbox (journey, external_id) VALUES (CAST(x'\(name)' AS TEXT), ?)",
                        arguments: ["c\(number)"])
                }
            }
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("it waited")
                return
            }
            #expect(remaining.unknownJourney == 3 && remaining.open == 0)
            #expect(bench.sandbox.effects().map(\.externalID) == ["c0"])
        }
    }
}
