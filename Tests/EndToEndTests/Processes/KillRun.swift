import Audit
import Foundation
import GRDB

/// One run in which workers are killed repeatedly while producers work and faults occur. Then the outbox drains and is
/// audited.
struct KillRun {
    /// How workers are killed, and which other faults the run has.
    enum Mode: String, CaseIterable, Sendable {
        /// The worker stops at a named stage of a batch, and is killed there.
        case stages
        /// The worker is killed at any moment, its start included. The database has a rollback journal.
        case random
        /// The next worker is already on standby.
        case standby
        /// Worker, sandbox or producer is stopped for longer than every timeout, and continues.
        case stops
        /// The clock of each worker is a day ahead, a day behind, or correct.
        case clocks
        /// All workers together must keep a rate limit.
        case paced
        /// The API ignores idempotency keys, and the worker has to detect it.
        case keyless
    }

    static let budget = Audit.RequestBudget(requestsMax: 60, windowMilliseconds: 10_000, transitMilliseconds: 1_000)
    static let canFakeTime = FileManager.default.isExecutableFile(atPath: ProcessBench.fakeTime)

    let mode: Mode
    let seed: UInt64
    let kills: Int
    private let bench: ProcessBench
    private var random: SeededNumbers
    private var producers: Producers
    private var faults: Set<Audit.InjectedFault> = [.kills]
    private(set) var killed: [String: Int] = [:]

    init(_ mode: Mode, seed: UInt64, kills: Int, in bench: ProcessBench) {
        (self.mode, self.seed, self.kills, self.bench) = (mode, seed, kills, bench)
        random = SeededNumbers(seed: seed)
        producers = Producers(bench: bench, seed: seed &+ 1)
        if mode == .keyless { faults.insert(.ignoredKeys) }
    }

    /// Runs once with its own database, sandbox and processes, and returns the record with all violations.
    static func play(_ mode: Mode, seed: UInt64, kills: Int) async throws -> KillRecord {
        var record = KillRecord()
        try await ProcessBench.open(
            journalMode: mode == .random ? "delete" : "wal", rate: mode == .paced ? #"["60/10s"]"# : "unlimited",
            batchSize: mode == .paced ? 4 : 20
        ) { bench in
            var run = KillRun(mode, seed: seed, kills: kills, in: bench)
            try await run.runWithFaults()
            record = try await run.runWithoutFaults()
        }
        return record
    }

    // MARK: With faults

    private mutating func runWithFaults() async throws {
        try await bench.put("rate", "[]")
        var standby: ChildProcess?
        for number in 0..<kills {
            try await bench.put("faults", drawFaults())
            try producers.commit(Int.random(in: 1...6, using: &random))
            if number % 3 == 0 {
                await producers.kill()
                try producers.begin(mode == .paced ? 8 : 40)
            }
            switch mode {
            case .stages: try await killAtStage()
            case .standby: standby = try await killBeside(standby)
            case .stops: try await killAfterStop(number)
            case .random, .clocks, .paced, .keyless: try await killAtAnyTime()
            }
        }
        if let standby { try await kill(standby, "standing by") }
        await producers.kill()
    }

    /// Broken connections and errors, before and after the effect. A paced run has no other delay.
    private mutating func drawFaults() -> String {
        func dose() -> String { #"{"probability":\#(Double(Int.random(in: 0...15, using: &random)) / 100)}"# }
        let doses = ["drop_before_effect", "drop_after_effect", "error_before_effect", "error_after_effect"].map {
            #""\#($0)":\#(dose())"#
        }
        let delay = mode == .paced ? 0 : Int.random(in: 0...40, using: &random)
        let status = [500, 502, 503].randomElement(using: &random) ?? 503
        return "{" + doses.joined(separator: ",") + (mode == .keyless ? #","ignores_idempotency_keys":true"# : "")
            + #","error_status":\#(status),"delay_after_effect_ms":\#(delay),"delay_before_effect_ms":\#(delay / 4)}"#
    }

    /// - Parameter isWrapped: whether the worker runs in faketime(1), which ends after it and cleans up.
    private mutating func kill(_ worker: ChildProcess, _ place: String, isWrapped: Bool = false) async throws {
        if isWrapped { try await bench.killChild(of: worker) } else { worker.send(SIGKILL) }
        _ = await worker.end()
        killed[place, default: 0] += 1
    }

    private mutating func killAtStage() async throws {
        let stage = ProcessFault.Stage.allCases.randomElement(using: &random) ?? .frozen
        // One worker in five ends as soon as it has an answer.
        let endsItself = Int.random(in: 0..<5, using: &random) == 0
        let worker = try bench.start(
            ["run"],
            fault: endsItself
                ? .kill(answering: "order") : .stop(at: stage, visit: Int.random(in: 1...3, using: &random)))
        // A worker that does not reach the stage is killed while it is idle.
        let patience = Task {
            try await Self.until(worker, says: "worker_started")
            try await Task.sleep(for: .seconds(2))
            worker.send(SIGKILL)
        }
        let change = await worker.change()
        patience.cancel()
        try await kill(worker, endsItself ? "answering" : change == .stopped ? stage.rawValue : "idle before \(stage)")
    }

    private mutating func killAtAnyTime() async throws {
        let clock = mode == .clocks ? drawClock() : nil
        let worker = try bench.start(["run"], clock: clock)
        // One worker in six is killed while it starts.
        if Int.random(in: 0..<6, using: &random) == 0 {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...200, using: &random)))
            return try await kill(worker, "starting", isWrapped: clock != nil)
        }
        try await Self.until(worker, says: "worker_started")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "working", isWrapped: clock != nil)
    }

    private mutating func drawClock() -> String? {
        guard let offset = ["+25h", "-25h", ""].randomElement(using: &random), !offset.isEmpty else { return nil }
        faults.insert(.clockJumps)
        return offset
    }

    private mutating func killBeside(_ standby: ChildProcess?) async throws -> ChildProcess {
        let worker = try standby ?? bench.start(["run"])
        try await Self.until(worker, says: "worker_started")
        let next = try bench.start(["run"])
        try await Self.until(next, says: "standby")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "beside a standby")
        return next
    }

    /// This is longer than `request_timeout` and than any wait of the worker for the database.
    private static let stop: Duration = .milliseconds(1300)

    private mutating func killAfterStop(_ number: Int) async throws {
        let worker = try bench.start(["run"])
        try await Self.until(worker, says: "worker_started")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...100, using: &random)))
        let victim = [worker, bench.sandbox, producers.running ?? worker][number % 3]
        victim.send(SIGSTOP)
        try await Task.sleep(for: Self.stop)
        victim.send(SIGCONT)
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "after a stop")
    }

    /// Waits until the output of a worker contains a text. Throws when it does not within 30 seconds.
    private static func until(_ worker: ChildProcess, says word: String) async throws {
        for _ in 0..<6000 {
            if try worker.text.contains(word) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw MissingOutput(word: word, said: try worker.text)
    }

    struct MissingOutput: Error {
        let word: String
        let said: String
    }

    // MARK: Without faults

    /// Ends the faults. Everything must drain except what waits for the operator, who then resolves it by the API's
    /// log.
    private func runWithoutFaults() async throws -> KillRecord {
        try await bench.put("faults", mode == .keyless ? #"{"ignores_idempotency_keys":true}"# : "{}")
        try await drain()
        let before = try audit()
        var wrong = try await violations(before)
        var counts = try await bench.business.read { try before.counts(in: $0) }
        let doubts = try await bench.business.read { try before.intentsInDoubt(in: $0) }
        if counts.inDoubt > 0 {
            try await resolve(doubts.delivered, as: "--delivered")
            try await resolve(doubts.others, as: "--resend")
            try await drain()
            let after = try audit()
            wrong += try await violations(after)
            let asked = counts.inDoubt
            counts = try await bench.business.read { try after.counts(in: $0) }
            if counts.inDoubt > 0 { wrong.append("8: \(counts.inDoubt) are still in doubt") }
            counts.inDoubt = asked
        }
        // This is the last step, because closing a file of the database drops this process's locks on it.
        wrong += try await leaks()
        return KillRecord(mode: mode, seed: seed, killed: killed, counts: counts, violations: wrong)
    }

    private func audit() throws -> Audit {
        Audit(
            log: try APILog(path: bench.logPath), journeys: ProcessBench.journeys, faults: faults,
            budget: mode == .paced ? Self.budget : nil)
    }

    private func violations(_ audit: Audit) async throws -> [String] {
        try await bench.business.read { try audit.violations(in: $0, isDrained: true) }
    }

    private func drain() async throws {
        // A drain delivers only what is due when it starts.
        let last = try await bench.business.read { try Int64.fetchOne($0, sql: "SELECT max(scheduled_at) FROM outbox") }
        let ahead = (last ?? 0) - Int64(Date().timeIntervalSince1970 * 1000)
        if ahead >= 0 { try await Task.sleep(for: .milliseconds(min(ahead, 2000) + 1)) }
        let drain = try await bench.run(["drain", "--timeout", "120s"])
        guard drain.end == .exited(0) || drain.end == .exited(3) else {
            throw MissingOutput(word: "drained", said: drain.text)
        }
    }

    private func resolve(_ intents: [Int64], as word: String) async throws {
        guard !intents.isEmpty else { return }
        let answer = try await bench.run(["resolve"] + intents.map(String.init) + [word])
        guard answer.end == .exited(0) else { throw MissingOutput(word: word, said: answer.text) }
    }

    /// Searches the output of all processes and commands. The sandbox prints its key, which is no secret there.
    private func leaks() async throws -> [String] {
        // Only these commands may print contacts, because the operator asks for them.
        var asked: Set<String> = []
        for command in [["status"], ["doctor"], ["batches", "list"], ["dead-letters", "list"], ["journeys"]] {
            for form in [[], ["--json"]] {
                let process = try bench.start(command + form)
                _ = await process.end()
                if command == ["dead-letters", "list"] { asked.insert(Self.name(process)) }
            }
        }
        let dead = try await bench.business.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox_dead WHERE state = 'dead'") ?? 0
        }
        try await observe()
        let files = try SecretScan.files(below: bench.folder).filter {
            $0.lastPathComponent != Self.name(bench.sandbox)
        }
        let said = files.filter { $0.lastPathComponent.hasPrefix("output-") }
        // The search must be able to find a contact that is there.
        let shown = try SecretScan.violations(
            of: [ProcessBench.contact], in: said.filter { asked.contains($0.lastPathComponent) })
        let unseen = dead > 0 && shown.isEmpty ? ["10: the dead letters show no contact"] : []
        let kept = files.filter { $0.path.contains("/state/") }
        return try unseen + SecretScan.violations(of: [ProcessBench.payload], in: said + kept)
            + SecretScan.violations(
                of: [ProcessBench.contact], in: said.filter { !asked.contains($0.lastPathComponent) } + kept)
            + SecretScan.violations(of: [ProcessBench.secret], in: files)
    }

    private static func name(_ process: ChildProcess) -> String {
        URL(fileURLWithPath: process.outputPath).lastPathComponent
    }

    /// Writes what a worker serves over HTTP to files beside the other output.
    private func observe() async throws {
        let worker = try bench.start(["run", "--http", "127.0.0.1:0", "--verbose"])
        try await Self.until(worker, says: "http_listening")
        let address = try worker.text.firstMatch(of: /address="?(127\.0\.0\.1:[0-9]+)/).map { String($0.1) } ?? ""
        for page in ["metrics", "healthz", "readyz"] {
            try await ProcessBench.get("http://\(address)/\(page)")
                .write(to: bench.folder.appendingPathComponent("output-\(page)"), atomically: true, encoding: .utf8)
        }
        worker.send(SIGTERM)
        _ = await worker.end()
    }
}
