import Delivery
import Foundation
import Synchronization
import Testing

@testable import Deployment

@Suite struct LedgerTests {
    @Test func `what was delivered is proven by id and content, and nothing else is`() async throws {
        let folder = try StateFolder()
        let ledger = folder.ledger()
        await ledger.write(1...3, batch: 1)
        await ledger.write(4...5, batch: 2)
        await ledger.finish()
        let proofs = try folder.reader.proofs(of: [2, 5, 9])
        #expect(proofs == [2: [20], 5: [50]])
    }

    @Test func `the last group's marks are read back under its own identity only`() async throws {
        let folder = try StateFolder()
        let ledger = folder.ledger()
        await ledger.write(1...3, batch: 7)
        #expect(
            try folder.reader.tail(of: "u1")
                == LedgerReader.Tail(marks: Marks(intents: 3, batches: 7), settled: [7]))
        #expect(try folder.reader.tail(of: "u2") == nil)
    }

    @Test func `a tail that a crash has truncated anywhere loses only the last group, and writing continues`()
        async throws
    {
        let folder = try StateFolder()
        let first = folder.ledger()
        await first.write(1...2, batch: 1)
        await first.finish()
        let path = "\(folder.path)/\(try folder.segments[0].name)"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        await first.write(3...4, batch: 2)
        let longer = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(longer.count > whole.count)
        for length in whole.count..<longer.count {
            try longer.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(try folder.reader.proofs(of: [1, 2, 3, 4]) == [1: [10], 2: [20]])
            #expect(try folder.reader.tail(of: "u1")?.settled == [1])
        }
        // Some file systems leave garbage of the same length after a power cut.
        var garbage = longer
        garbage[longer.count - 1] ^= 0xFF
        try garbage.write(to: URL(fileURLWithPath: path))
        #expect(try folder.reader.proofs(of: [1, 2, 3, 4]) == [1: [10], 2: [20]])

        let next = folder.ledger()
        await next.write(5...5, batch: 3)
        #expect(try folder.reader.proofs(of: [1, 2, 3, 4, 5]) == [1: [10], 2: [20], 5: [50]])
        #expect(try folder.segments.count == 2)
    }

    @Test func `segments are cut by day and pruned after the retention, and the marks outlive them`() async throws {
        let folder = try StateFolder()
        let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        let ledger = folder.ledger(retention: .seconds(3 * 86_400)) { time.withLock { $0 } }
        for day in 0..<8 {
            await ledger.write(Int64(day + 1)...Int64(day + 1), batch: Int64(day + 1))
            time.withLock { $0 += 86_400 }
        }
        await ledger.finish()
        let days = try folder.segments.map(\.day)
        #expect(days == ["20270118", "20270119", "20270120", "20270121", "20270122"])
        #expect(try folder.reader.proofs(of: [1, 2, 4]) == [4: [40]])
        for segment in try folder.segments {
            try FileManager.default.removeItem(atPath: "\(folder.path)/\(segment.name)")
        }
        #expect(try folder.folders.bindings().first?.marks == Marks(intents: 8, batches: 8))
    }

    @Test func `a directory that is not writable is reported once, and writing continues in a new segment`()
        async throws
    {
        let folder = try StateFolder()
        let failures = Mutex(0)
        let ledger = Ledger(
            folder.binding, in: folder.folders, retention: .seconds(86_400),
            onFailure: { _ in failures.withLock { $0 += 1 } })
        let away = folder.path + "-away"
        try FileManager.default.moveItem(atPath: folder.path, toPath: away)
        await ledger.write(1...1, batch: 1)
        await ledger.write(2...2, batch: 2)
        #expect(failures.withLock { $0 } == 1)
        try FileManager.default.moveItem(atPath: away, toPath: folder.path)
        await ledger.write(3...3, batch: 3)
        #expect(try folder.reader.proofs(of: [1, 2, 3]) == [3: [30]])
    }

    @Test func `a new identity is stored first and starts a segment of its own`() async throws {
        let folder = try StateFolder()
        let ledger = folder.ledger()
        await ledger.write(1...1, batch: 1)
        try ledger.renew("u2")
        #expect(try folder.folders.bindings().first?.next == "u2")
        await ledger.write(2...2, batch: 2)
        #expect(try folder.reader.tail(of: "u1") == nil)
        #expect(try folder.reader.tail(of: "u2")?.settled == [2])
        #expect(try folder.reader.proofs(of: [1, 2]).count == 2)
    }

    @Test func `another database's ledger is copied behind the own one`() async throws {
        let folder = try StateFolder()
        let ledger = folder.ledger()
        await ledger.write(1...2, batch: 1)
        await ledger.finish()
        let copy = Binding(folder: "copy", path: "/copy.db", uuid: nil, next: "u2")
        try folder.folders.takeLedger(of: folder.binding, into: copy)
        let reader = LedgerReader(folder: folder.folders.folderPath("copy"))
        #expect(try reader.proofs(of: [1, 2]) == [1: [10], 2: [20]])
    }
}

extension Ledger {
    /// Writes one group in which each digest is ten times the intent id.
    fileprivate func write(_ ids: ClosedRange<Int64>, batch: Int64) async {
        note {
            LedgerGroup(
                intents: ids.upperBound, batches: batch, settled: [batch],
                delivered: ids.map { IntentDigest(id: $0, digest: UInt64($0 * 10)) })
        }
        await caughtUp()
    }
}
