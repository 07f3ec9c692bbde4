import Delivery
import Foundation
import GRDB
import Synchronization
import Testing

@testable import SQLiteStore

/// Commits on file systems that tell of no writes.
@Suite(.timeLimit(.minutes(2)))
struct BlindWatchTests {
    /// Watches the database, but hears of writes beside another path, and says how long each commit went unnoticed.
    private static func delays(hearing path: String, every interval: Duration, commits: Int) async throws -> [Duration]
    {
        let bench = try await StoreBench()
        let watch = CommitWatch(database: path, interval: interval) {
            try await bench.store.dataVersion()
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let (notices, notice) = AsyncStream.makeStream(of: Void.self)
            group.addTask { try await watch.watch { notice.yield() } }
            defer { group.cancelAll() }
            var noticed = notices.makeAsyncIterator()
            await noticed.next()
            var delays: [Duration] = []
            for _ in 0..<commits {
                // Away from the look that found the one before.
                try await Task.sleep(for: .milliseconds(30))
                try bench.insert([nil])
                let start = ContinuousClock.now
                await noticed.next()
                delays.append(ContinuousClock.now - start)
            }
            return delays
        }
    }

    @Test func `where no event tells of commits, two found by the clock make it look 20 times a second`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deaf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let delays = try await Self.delays(
            hearing: folder.appendingPathComponent("app.db").path, every: .seconds(3), commits: 8)
        // The first two wait for the clock, the third for the look that was under way; the others together take less
        // time than one look by it.
        #expect(delays[0] + delays[1] > .seconds(3))
        #expect(delays.dropFirst(3).reduce(.zero, +) < .seconds(3), "\(delays)")
    }

    @Test func `a commit that the disk takes a second over is noticed without another event`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("slow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let version = Mutex(Int64(1))
        let path = folder.appendingPathComponent("app.db").path
        let watch = CommitWatch(database: path, interval: .seconds(3600)) { version.withLock { $0 } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (notices, notice) = AsyncStream.makeStream(of: Void.self)
            group.addTask { try await watch.watch { notice.yield() } }
            defer { group.cancelAll() }
            var noticed = notices.makeAsyncIterator()
            await noticed.next()
            #expect(FileManager.default.createFile(atPath: path + "-wal", contents: Data("page".utf8)))
            try await Task.sleep(for: .seconds(1))
            version.withLock { $0 = 2 }
            await noticed.next()
        }
    }

    @Test func `where the kernel gives no watch, it looks 20 times a second from the start`() async throws {
        let delays = try await Self.delays(hearing: "/nowhere/app.db", every: .seconds(3600), commits: 5)
        #expect(delays.reduce(.zero, +) < .seconds(3), "\(delays)")
    }
}

/// What a worker has learned, and the next one starts with.
@Suite(.timeLimit(.minutes(1)))
struct LessonTests {
    @Test func `the learned rate outlives the worker, until it is unlearned`() async throws {
        let bench = try await StoreBench()
        for (limit, expected) in [(42.5, 42.5), (17.0, 17.0), (0.0, nil)] as [(Double, Double?)] {
            var round = Round(now: StoreBench.now, trustedTime: StoreBench.now)
            round.learnedLimit = limit
            _ = try await bench.store.commit(round)
            let next = try SQLiteStore(path: bench.path)
            #expect(try await next.takeOver(at: StoreBench.now).learnedLimit == expected)
            _ = try await bench.store.takeOver(at: StoreBench.now)
        }
    }
}
