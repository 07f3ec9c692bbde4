import Foundation
import GRDB
import Testing

/// A fault of `Proof/ProcessFaults` happens where its header says: the database, the API's log and the ledger show it.
@Suite(.timeLimit(.minutes(3)))
struct ProcessFaultTests {
    private static let stages = ProcessFault.Stage.allCases.flatMap { stage in
        ["wal", "delete"].map { (stage, $0) }
    }

    /// What a worker has left that was killed where it had stopped.
    private struct Remains: Equatable {
        var pending: Int
        var batches: [String]
        var requests: Int
        var proofs: [Int64] = []
    }

    private static func remains(_ bench: Workbench) throws -> Remains {
        try Remains(
            pending: bench.query("SELECT count(*) FROM outbox") ?? 0,
            batches: bench.business.read { try String.fetchAll($0, sql: "SELECT state FROM outbox_batch") },
            requests: bench.triggers(ofUsers: 3), proofs: bench.proofs(of: [1, 2, 3]))
    }

    private static func kill(_ worker: ChildProcess) async {
        worker.send(SIGKILL)
        #expect(await worker.end() == .killed(SIGKILL))
    }

    @Test(arguments: stages)
    func `a worker stops at the stage and not before or after it`(
        stage: ProcessFault.Stage, journalMode: String
    ) async throws {
        try await Workbench.open(journalMode: journalMode) { bench in
            try bench.insert(3)
            let worker = try bench.start(["run"], fault: .stop(at: stage))
            #expect(await worker.change() == .stopped)
            await Self.kill(worker)
            let expected =
                switch stage {
                case .claiming: Remains(pending: 3, batches: [], requests: 0)
                case .frozen: Remains(pending: 0, batches: ["sending"], requests: 0)
                case .answered: Remains(pending: 0, batches: ["sending"], requests: 1)
                case .settled: Remains(pending: 0, batches: ["settled"], requests: 1)
                }
            #expect(try Self.remains(bench) == expected)
            // A request of which a byte had left before the kill would be in the log by now.
            let last = try bench.start(["drain"])
            #expect(await last.end() == .exited(0))
            #expect(bench.triggers(ofUsers: 3) == (stage == .answered ? 2 : 1))
            try bench.expectExactBooks()
        }
    }

    @Test func `what a stopped worker has committed is visible while it is stopped`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            let worker = try bench.start(["run"], fault: .stop(at: .settled))
            #expect(await worker.change() == .stopped)
            #expect(try bench.query("SELECT state FROM outbox_batch") == "settled")
            // The lock of the transaction is free.
            try bench.insert(1)
            await Self.kill(worker)
        }
    }

    @Test func `a worker stops at the visit that was asked for, once, and then continues`() async throws {
        try await Workbench.open { bench in
            try bench.insert(4, journey: Workbench.entrance)
            let worker = try bench.start(["drain"], fault: .stop(at: .answered, visit: 3))
            #expect(await worker.change() == .stopped)
            #expect((3...4).contains(bench.triggers))
            worker.send(SIGCONT)
            #expect(await worker.change() == .exited(0))
            #expect(try bench.states() == ["delivered": 4])
        }
    }

    @Test func `a worker is killed by the answer to a request with the text, and by no other`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            let killed = try bench.start(["run"], fault: .kill(answering: #"{"order":2}"#))
            #expect(await killed.end() == .killed(SIGKILL))
            #expect(try Self.remains(bench) == Remains(pending: 0, batches: ["sending"], requests: 1))
            let last = try bench.start(["drain"], fault: .kill(answering: #"{"order":3}"#))
            #expect(await last.end() == .exited(0))
            try bench.expectExactBooks()
        }
    }

    @Test(.enabled(if: KillRun.canFakeTime, "faketime is not installed"))
    func `a worker that a wrapper starts stops, and the wrapper does not`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            let file = bench.folder.appendingPathComponent("wrapped.yaml")
            try bench.yaml.write(to: file, atomically: true, encoding: .utf8)
            let wrapper = try ChildProcess(
                ["-f", "+1h", ChildProcess.program, "run", "--config", file.path], program: ProcessBench.fakeTime,
                environment: ["SPOTZEE_API_KEY": Workbench.secret], fault: .stop(at: .frozen), in: bench.folder)
            var worker: pid_t?
            try await bench.untilTrue {
                let children = try String(
                    contentsOfFile: "/proc/\(wrapper.pid)/task/\(wrapper.pid)/children", encoding: .utf8)
                worker = children.split(separator: " ").first.flatMap { pid_t($0) }
                let state = worker.flatMap { try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8) }
                return state?.contains(") T ") == true
            }
            #expect(try Self.remains(bench) == Remains(pending: 0, batches: ["sending"], requests: 0))
            if let worker { Foundation.kill(worker, SIGKILL) }
            _ = await wrapper.end()
        }
    }

    @Test func `another command is not changed, and a fault that is not understood is refused`() async throws {
        try await Workbench.open { bench in
            let status = try bench.start(["status"], fault: .stop(at: .frozen, visit: 0))
            #expect(await status.end() == .exited(0))
            let worker = try bench.start(["run"], fault: .stop(at: .frozen, visit: 0))
            #expect(await worker.end() == .exited(64))
            #expect(try worker.text == "PROCESS_FAULTS_STOP: not understood by Proof/ProcessFaults\n")
        }
    }
}
