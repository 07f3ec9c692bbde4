import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import Synchronization
import Testing

/// Outages of hours and days, and the state after them.
@Suite(.timeLimit(.minutes(5)))
struct OutageTests {
    @Test
    func `an API that is unreachable for days makes no dead letter, bounds the frozen batches, and loses nothing`()
        async throws
    {
        try await Workbench.open { bench in
            var away = bench
            // A port without a listener: that of a sandbox that has ended.
            away.policy.backoff = Backoff(initial: .seconds(1), max: .seconds(300))
            away.policy.connections = 4
            let gone = try await SandboxServer.serving(SandboxConfiguration(apiKeys: [], journeys: [], rate: [])) {
                port, _ in port
            }
            away.port = gone
            let worker = away
            try bench.insert(3000)
            try bench.insert(20, journey: Workbench.entrance)
            for day in 1...3 {
                // Each day, another worker tries for hours.
                try await worker.whileWorking { _ in
                    for _ in 0..<40 {
                        let seen = worker.events.events.count
                        worker.clock.advance(by: .seconds(600))
                        try await worker.events.settled(after: seen)
                    }
                }
                worker.clock.advance(by: .seconds(17 * 3600))
                let frozen: Int? = try bench.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'")
                #expect((1...8).contains(frozen ?? 0), "day \(day)")
                #expect(Set(try bench.states().keys).isSubset(of: ["pending", "sending"]))
            }
            let attempts: Int? = try bench.query("SELECT max(attempt) FROM outbox_batch")
            #expect(attempts ?? 0 > 40)
            // A sandbox listens on the same port again.
            var configuration = SandboxConfiguration(
                port: gone, apiKeys: ["sk_test_current"],
                journeys: [SandboxJourney(id: 33), SandboxJourney(id: 41, entranceIDs: [42])], rate: [])
            configuration.seed = 7
            try await SandboxServer.serving(configuration) { _, sandbox in
                let outcome = try await worker.drain()
                #expect(outcome == .drained)
                #expect(sandbox.effects().count == 3020)
            }
            #expect(try bench.states() == ["delivered": 3020])
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
        }
    }

    @Test func `a draft journey with a million intents and fifteen other drafts do not delay a live journey`()
        async throws
    {
        try await Workbench.open {
            $0.journeys = (1...17).map { SandboxJourney(id: $0, status: $0 == 17 ? .live : .draft) }
        } _: { bench in
            var bench = bench
            bench.journeys = (1...17).map { Journey(name: "j\($0)", id: Int64($0)) }
            let worker = bench
            try await bench.business.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
                        INSERT INTO outbox (journey, external_id) SELECT 'j1', 'u' || i FROM n;
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
                        INSERT INTO outbox (journey, external_id) SELECT 'j' || (2 + i % 15), 'v' || i FROM n;
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                        INSERT INTO outbox (journey, external_id) SELECT 'j17', 'w' || i FROM n;
                        """)
            }
            try await worker.whileWorking { _ in
                try await worker.events.delivered(atLeast: 300)
                try await worker.events.paused(atLeast: 16)
                // During a day of probes, each parked journey is read, and none of its intents is sent.
                let sent = worker.triggers
                var records = worker.sandbox.watch().makeAsyncIterator()
                for _ in 0..<96 {
                    worker.clock.advance(by: .seconds(900))
                    while let record = await records.next() {
                        if case .request(let request) = record, request.method == "GET" { break }
                    }
                }
                #expect(worker.triggers == sent)
                // While they are parked, the next intents of the live journey are sent at once.
                try await worker.business.write { db in
                    try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('j17', 'late')")
                }
                try await worker.events.delivered(atLeast: 301)
                // The journey goes live, and its intents are sent without a restart.
                worker.sandbox.change { $0[journey: 1]?.status = .live }
                worker.clock.advance(by: .seconds(901))
                try await worker.events.delivered(atLeast: 301 + 5000)
            }
            let frozen: Int? = try bench.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'")
            #expect(frozen == 0)
            #expect(try bench.query("SELECT count(*) FROM outbox_dead") == 0)
            // Each draft was detected by the requests of one turn, which are at most the number of slots.
            let refused = worker.sandbox.requests().filter { $0.method == "POST" && $0.status == 409 }
            #expect((16...(16 + 2 * worker.policy.connections)).contains(refused.count))
            #expect(try bench.query("PRAGMA integrity_check") == "ok")
        }
    }

    @Test func `a batch that crashes the worker is sent alone, and then waits for the operator`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3, named: { "deadly-\($0)" })
            try bench.insert(200)
            try bench.insert(3, journey: Workbench.entrance)
            var ends: [ChildProcess.Change] = []
            for _ in 0..<20 {
                let worker = try bench.start(["drain"], fault: .kill(answering: "deadly-1"))
                let end = await worker.end()
                ends.append(end)
                if case .exited = end { break }
            }
            #expect(ends.last == .exited(3))
            #expect(ends.count <= 10)
            // All members of its request wait with it, because their outcome is unknown. All others have arrived.
            let doubt = try #require(try bench.states()["in_doubt"])
            #expect(try bench.states() == ["delivered": 206 - doubt, "in_doubt": doubt])
            #expect(doubt <= 100)
            #expect(try bench.query("SELECT code FROM outbox_batch WHERE state = 'in_doubt'") == "worker_crashed")
            #expect(bench.sandbox.effects().count == 206)
        }
    }
}

extension EventRecorder {
    /// Waits until a number of pauses have begun.
    func paused(atLeast count: Int) async throws {
        let seen = Mutex(0)
        try await first { event in
            guard case .paused = event else { return false }
            return seen.withLock { seen in
                seen += 1
                return seen >= count
            }
        }
    }

    /// Waits until something has been settled after a number of events.
    func settled(after count: Int) async throws {
        let asked = Mutex(0)
        try await first { event in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            if case .settled = event { return number > count }
            return false
        }
    }
}
