import Foundation
import GRDB
import Sandbox
import Testing

@testable import Delivery
@testable import SQLiteStore

/// How the write-ahead log is kept from growing without end.
@Suite(.timeLimit(.minutes(2)))
struct WriteAheadLogTests {
    private func logBytes(_ bench: StoreBench) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: bench.path + "-wal")
        return try #require(attributes[.size] as? Int)
    }

    @Test func `a worker that drains alone keeps the log at the size between two checkpoints`() async throws {
        let bench = try await StoreBench()
        // Nobody but the worker makes checkpoints.
        try bench.run("PRAGMA wal_autocheckpoint = 0")
        try bench.insert(Array(repeating: nil, count: 3000))
        _ = try await bench.store.checkpoint(afterPages: 0)
        var checkpoints = 0
        var supply = Backlog.more
        var written = 0
        while supply == .more {
            let result = try await bench.claim()
            supply = result.supplies["welcome"] ?? .empty
            try await bench.settle(result.begun.map(bench.delivered))
            if let log = try await bench.store.checkpoint(afterPages: 100) {
                checkpoints += 1
                written += log.pages
                #expect(log.copiedPages == log.pages)
            }
        }
        #expect(checkpoints > 5)
        #expect(try 3 * logBytes(bench) < written * 4096)
    }

    @Test func `no checkpoint is made before it is worth it`() async throws {
        let bench = try await StoreBench()
        _ = try await bench.store.checkpoint(afterPages: 0)
        #expect(try await bench.store.checkpoint(afterPages: 1) == nil)
        try bench.insert([nil])
        _ = try await bench.claim()
        #expect(try await bench.store.checkpoint(afterPages: 1000) == nil)
        #expect(try await bench.store.checkpoint(afterPages: 1) != nil)
    }

    @Test func `in rollback mode there is no log to look after`() async throws {
        let bench = try await StoreBench()
        let path = bench.folder.appendingPathComponent("rollback.db").path
        _ = try DatabaseQueue(path: path)
        let store = try SQLiteStore(path: path)
        #expect(try await store.checkpoint(afterPages: 0) == nil)
    }

    @Test func `a reader that pins the log is reported, and its end lets the log be copied`() async throws {
        let bench = try await StoreBench()
        let events = EventRecorder()
        let clock = AdjustableClock()
        var maintenance = Maintenance(
            store: bench.store, clock: clock, retention: { .seconds(3600) }, hasWritten: { true }, observe: events.note,
            log: LogWatch(bytesMin: 4096))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: bench.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN; SELECT count(*) FROM outbox")
        }
        for _ in 0..<3 {
            try bench.insert(Array(repeating: nil, count: 50))
            _ = try await bench.claim()
            #expect(try await maintenance.checkpoint(afterPages: 0))
            clock.advance(by: .seconds(60))
        }
        let pinned = events.events.compactMap { if case .logPinned(let log) = $0 { log } else { nil } }
        #expect(pinned.count == 1)
        #expect(pinned.allSatisfy { $0.copiedPages < $0.pages })
        let stored = "SELECT value FROM outbox_meta WHERE key = 'wal_pinned_since'"
        // Since the first checkpoint that copied nothing, two minutes ago by now.
        let since = try #require(try (bench.query(stored) as String?).flatMap { Int64($0) })
        #expect((100...200).contains((clock.now().wall - WallTime(milliseconds: since)) / .seconds(1)))
        try await reader.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        let log = try await bench.store.checkpoint(afterPages: 0)
        #expect(log?.copiedPages == log?.pages)
        #expect(try await maintenance.checkpoint(afterPages: 0))
        #expect(try bench.query(stored) as String? == nil)
    }

    @Test func `a running worker makes its checkpoints`() async throws {
        try await Workbench.open { bench in
            try await bench.business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
            try await bench.whileWorking { _ in
                try bench.insert(500)
                try await bench.events.delivered(atLeast: 500)
                let file = { try FileManager.default.attributesOfItem(atPath: bench.path)[.size] as? Int ?? 0 }
                let before = try file()
                let files = try FileEvents(database: bench.path)
                defer { files.stop() }
                bench.clock.advance(by: .seconds(61))
                for await _ in files.events where try file() > before { break }
            }
        }
    }
}
