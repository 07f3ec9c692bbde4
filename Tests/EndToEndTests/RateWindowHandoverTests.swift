import Foundation
import GRDB
import Sandbox
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Requests that are in no batch count in the rate windows of the next worker.
@Suite(.timeLimit(.minutes(1)))
struct RateWindowHandoverTests {
    @Test func `extra requests of the last minute count for the next worker, and older ones do not`()
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

    @Test func `every attempt of the last minute counts, answered or not, although the next one overwrites its time`()
        async throws
    {
        let bench = try await StoreBench()
        try bench.insert([nil])
        var batch = try #require(try await bench.claimAll().first)
        // One attempt failed, and the next one has begun. Then a worker crashes at each attempt.
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

    @Test func `an extra request is committed before it is sent`() async throws {
        try await Workbench.open {
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            // Key enforcement is unproven: it is probed before the unanswered request is repeated.
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
