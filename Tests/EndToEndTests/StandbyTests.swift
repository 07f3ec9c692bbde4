import Delivery
import Foundation
import GRDB
import Sandbox
import Settings
import Testing

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(3)))
struct StandbyTests {
    private static let ends: [Int32] = [SIGKILL, SIGTERM]

    @Test(arguments: ends)
    func `a second worker is on standby and takes over when the first ends`(signal: Int32) async throws {
        try await Workbench.open { bench in
            let first = try bench.start(["run"])
            try await bench.untilOutput(of: first, contains: "worker_started")
            let second = try bench.start(["run"])
            try await bench.untilOutput(of: second, contains: "standby")
            #expect(try second.text.contains("holder=\(first.pid)"))
            try bench.insert(1)
            try await bench.untilQuery("SELECT count(*) FROM outbox_history", is: 1)

            first.send(signal)
            _ = await first.end()
            try await bench.untilOutput(of: second, contains: "worker_started")
            try bench.insert(2)
            try await bench.untilQuery("SELECT count(*) FROM outbox_history", is: 3)
            second.send(SIGTERM)
            #expect(await second.end() == .exited(0))
            try bench.expectExactBooks()
        }
    }

    @Test func `an event of the kernel reports that the lock is free, without a periodic look`() async throws {
        try await Workbench.open { bench in
            let path = bench.path
            for _ in 0..<5 {
                // A process that another test starts may hold a copy of the last lock for a moment.
                var first: WorkerLock? = try await Standby(forDatabase: path, lookInterval: .milliseconds(5)).take(
                    onWait: { _, _ in }, onLook: {})
                let (waiting, wait) = AsyncStream.makeStream(of: Void.self)
                let (looking, look) = AsyncStream.makeStream(of: Void.self)
                let taken = Task {
                    let lock = try await Standby(forDatabase: path, lookInterval: .seconds(3600)).take(
                        onWait: { _, _ in wait.yield() }, onLook: { look.yield() })
                    withExtendedLifetime(lock) {}
                }
                for await _ in waiting { break }
                for await _ in looking { break }
                // The tries of the first look are over. Only an event causes more.
                try await Task.sleep(for: .milliseconds(300))
                withExtendedLifetime(first) {}
                first = nil
                try await taken.value
            }
        }
    }

    @Test func `a symbolic link leads to the same lock, and status names the standby`() async throws {
        try await Workbench.open { bench in
            let first = try bench.start(["run"])
            try await bench.untilOutput(of: first, contains: "worker_started")
            #expect(WorkerLock.standby(ofDatabase: bench.path) == nil)
            let link = bench.folder.appendingPathComponent("link.db")
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: bench.path)
            let second = try bench.start(["run", "--database", link.path])
            try await bench.untilOutput(of: second, contains: "standby")
            try await bench.untilTrue { WorkerLock.standby(ofDatabase: bench.path) == Int(second.pid) }
            let status = try bench.start(["status"])
            #expect(await status.end() == .exited(0))
            #expect(try status.text.contains("pid \(second.pid) stands by"))
            second.send(SIGTERM)
            #expect(await second.end() == .exited(0))
            #expect(WorkerLock.standby(ofDatabase: bench.path) == nil)
            first.send(SIGTERM)
            #expect(await first.end() == .exited(0))
        }
    }

    @Test func `a standby reports readiness to systemd and triggers its watchdog`() async throws {
        try await Workbench.open { bench in
            let lock = try WorkerLock(database: bench.path)
            let systemd = try ServiceManagerSocket(in: bench.folder)
            let worker = try bench.start(["run"], environment: systemd.environment(watchdog: .seconds(3)))
            var seen: Set<String> = []
            for await message in systemd.messages {
                seen.formUnion(message.split(separator: "\n").map(String.init))
                if seen.contains("WATCHDOG=1") && seen.contains("READY=1") { break }
            }
            #expect(seen.contains { $0.hasPrefix("STATUS=standing by: pid \(getpid())") })
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            withExtendedLifetime(lock) {}
        }
    }

    @Test func `a worker does not wait for a lock file that was removed and created again`() async throws {
        try await Workbench.open { bench in
            let lock = try WorkerLock(database: bench.path)
            let worker = try bench.start(["run"])
            try await bench.untilOutput(of: worker, contains: "standby")
            try FileManager.default.removeItem(atPath: LockFile.path(forDatabase: bench.path))
            try await bench.untilOutput(of: worker, contains: "worker_started")
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            withExtendedLifetime(lock) {}
        }
    }

    @Test func `a drain waits for the running worker within its timeout, then exits 75`() async throws {
        try await Workbench.open { bench in
            let worker = try bench.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            let late = try bench.start(["drain", "--timeout", "1s"])
            #expect(await late.end() == .exited(75))
            #expect(try late.text.contains("another worker (pid \(worker.pid)) drains this database"))

            let patient = try bench.start(["drain", "--timeout", "2m"])
            try await bench.untilOutput(of: patient, contains: "standby")
            worker.send(SIGKILL)
            _ = await worker.end()
            try bench.insert(3)
            #expect(await patient.end() == .exited(0))
        }
    }

    @Test func `a worker that another one fenced off writes nothing more and exits 75`() async throws {
        try await Workbench.open { bench in
            let worker = try bench.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            try await bench.business.write {
                try $0.execute(sql: "UPDATE outbox_meta SET value = 99 WHERE key = 'fence'")
            }
            try bench.insert(1)
            #expect(await worker.end() == .exited(75))
            #expect(try worker.text.contains("taken over this database"))
            #expect(bench.sandbox.effects().isEmpty)
        }
    }
}
