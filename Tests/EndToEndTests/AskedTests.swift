import Foundation
import GRDB
import Sandbox
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Requests that no batch remembers count in the windows of whoever comes next.
@Suite(.timeLimit(.minutes(1)))
struct AskedTests {
    @Test func `what was asked within the last minute is told to the successor, and older questions are forgotten`()
        async throws
    {
        let bench = try await StoreBench()
        try await Self.ask(3, bench, after: 0)
        try await Self.ask(1, bench, after: 70)
        try await Self.ask(2, bench, after: 71)
        let successor = try SQLiteStore(path: bench.path)
        let inheritance = try await successor.takeOver(at: StoreBench.now + .seconds(72))
        #expect(Self.seconds(inheritance) == [70, 71, 71])
    }

    @Test func `every attempt of the last minute counts, answered or not, whatever the next one writes over it`()
        async throws
    {
        let bench = try await StoreBench()
        try bench.insert([nil])
        var batch = try #require(try await bench.claimAll().first)
        // A failure is written down, and the next attempt has begun; then a worker dies, and another one, at each attempt.
        var failure = Settlement(
            batch: batch, fate: .sending(dueAt: StoreBench.now + .seconds(2), stamp: batch.possiblyExecutedSince),
            record: AnswerRecord(code: "no_answer"))
        failure.batch = batch
        try await bench.settle([failure], at: StoreBench.now + .seconds(1))
        batch.crashes = 0
        var store = bench.store
        for second in [2, 3, 4] {
            _ = try await Self.resume(batch, store, after: second)
            store = try SQLiteStore(path: bench.path)
            let inheritance = try await store.takeOver(at: StoreBench.now + .seconds(second))
            batch = try #require(inheritance.batches.first)
            #expect(Self.seconds(inheritance) == Array(1...second))
        }
    }

    @Test func `nothing is asked before the question is written down`() async throws {
        try await Workbench.open {
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            // Keys are unproven: they are asked about before the lost answer is asked for again.
            try bench.insert(1)
            let records = bench.sandbox.watch()
            let worker = try bench.start(["run"])
            await Self.firstQuestion(in: records)
            let written: Int = try bench.query("SELECT count(*) FROM outbox_meta WHERE key = 'asked'") ?? 0
            #expect(written == 1)
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }

    private static func firstQuestion(in records: AsyncStream<SandboxRecord>) async {
        for await record in records {
            if case .request(let request) = record, request.users == 0 { return }
        }
    }

    private static func seconds(_ inheritance: RecoveredState) -> [Int] {
        inheritance.recentRequests.map { Int($0.milliseconds - StoreBench.now.milliseconds) / 1000 }.sorted()
    }

    private static func resume(_ batch: Batch, _ store: SQLiteStore, after seconds: Int) async throws -> RoundResult {
        let now = StoreBench.now + .seconds(seconds)
        var round = Round(now: now, trustedTime: now)
        round.resumes = [batch]
        return try await store.commit(round)
    }

    private static func ask(_ count: Int, _ bench: StoreBench, after seconds: Int) async throws {
        let now = StoreBench.now + .seconds(seconds)
        var round = Round(now: now, trustedTime: now)
        round.extraRequests = count
        _ = try await bench.store.commit(round)
    }
}
