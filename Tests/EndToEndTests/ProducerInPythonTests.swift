import Delivery
import Foundation
import GRDB
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ProducerInPythonTests {
    private static let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
        for number in range(300):
            db.execute("BEGIN IMMEDIATE")
            id = db.execute("INSERT INTO outbox (journey, external_id, data) VALUES ('welcome', ?, ?) RETURNING id",
                            (f"cust-{number}", '{"order":%d}' % number)).fetchone()[0]
            db.execute("INSERT INTO orders (id, intent_id) VALUES (?, ?)", (number, id))
            db.execute("ROLLBACK" if number % 5 == 4 else "COMMIT")
        """

    @Test func `intents of a Python producer beside a running worker are delivered once, and no other is`()
        async throws
    {
        try await Workbench.open { bench in
            try await bench.whileWorking { _ in
                let python = Process()
                python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                python.arguments = ["python3", "-c", Self.script, bench.path]
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    python.terminationHandler = { _ in continuation.resume() }
                    do { try python.run() } catch { continuation.resume(throwing: error) }
                }
                #expect(python.terminationStatus == 0)
            }
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 240])
            try bench.expectExactBooks()
        }
    }
}
