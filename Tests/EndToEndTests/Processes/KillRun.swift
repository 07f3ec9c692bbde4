import Audit
import Foundation
import GRDB

/// One plant whose workers are killed again and again while producers and faults go on; then it drains, and is audited.
struct KillRun {
    /// How a worker's end comes, and what else goes wrong.
    enum Manner: String, CaseIterable, Sendable {
        /// Stopped at a named stage of a batch's way, and killed there.
        case stages
        /// At any moment, its start included; rollback journal.
        case random
        /// The next one stands by already.
        case standby
        /// Worker, sandbox and producer are stopped for longer than every timeout, and go on.
        case stops
        /// Each worker's clock is a day ahead, a day behind, or right.
        case clocks
        /// With a budget of requests that all workers share.
        case paced
        /// The API ignores idempotency keys, and the worker has to find out.
        case keyless
    }

    static let budget = Audit.Budget(requestsMax: 60, windowMilliseconds: 10_000, transitMilliseconds: 1_000)
    private static let stageNames = ["claiming", "frozen", "answered", "settled"]
    static let canFakeTime = FileManager.default.isExecutableFile(atPath: Plant.fakeTime)

    let manner: Manner
    let seed: UInt64
    let kills: Int
    private let plant: Plant
    private var random: SeededNumbers
    private var producers: Producers
    private var faults: Set<Audit.Fault> = [.kills]
    private(set) var killed: [String: Int] = [:]

    init(_ manner: Manner, seed: UInt64, kills: Int, in plant: Plant) {
        (self.manner, self.seed, self.kills, self.plant) = (manner, seed, kills, plant)
        random = SeededNumbers(seed: seed)
        producers = Producers(plant: plant, seed: seed &+ 1)
        if manner == .keyless { faults.insert(.ignoredKeys) }
    }

    /// Plays a run in a plant of its own, and returns its record and everything that is wrong.
    static func play(_ manner: Manner, seed: UInt64, kills: Int) async throws -> KillRecord {
        var record = KillRecord()
        try await Plant.open(
            journalMode: manner == .random ? "delete" : "wal", rate: manner == .paced ? #"["60/10s"]"# : "unlimited",
            batchSize: manner == .paced ? 4 : 20
        ) { plant in
            var run = KillRun(manner, seed: seed, kills: kills, in: plant)
            try await run.trouble()
            record = try await run.calm()
        }
        return record
    }

    // MARK: Trouble

    private mutating func trouble() async throws {
        try await plant.put("rate", "[]")
        var standby: ChildProcess?
        for number in 0..<kills {
            try await plant.put("faults", drawFaults())
            try producers.commit(Int.random(in: 1...6, using: &random))
            if number % 3 == 0 {
                await producers.kill()
                try producers.begin(manner == .paced ? 8 : 40)
            }
            switch manner {
            case .stages: try await killAtStage()
            case .standby: standby = try await killBeside(standby)
            case .stops: try await killAfterStop(number)
            case .random, .clocks, .paced, .keyless: try await killAtAnyTime()
            }
        }
        if let standby { try await kill(standby, "standing by") }
        await producers.kill()
    }

    /// Connections that break and errors, before and after the effect; a paced run is not slowed by anything else.
    private mutating func drawFaults() -> String {
        func dose() -> String { #"{"probability":\#(Double(Int.random(in: 0...15, using: &random)) / 100)}"# }
        let doses = ["drop_before_effect", "drop_after_effect", "error_before_effect", "error_after_effect"].map {
            #""\#($0)":\#(dose())"#
        }
        let delay = manner == .paced ? 0 : Int.random(in: 0...40, using: &random)
        let status = [500, 502, 503].randomElement(using: &random) ?? 503
        return "{" + doses.joined(separator: ",") + (manner == .keyless ? #","ignores_idempotency_keys":true"# : "")
            + #","error_status":\#(status),"delay_after_effect_ms":\#(delay),"delay_before_effect_ms":\#(delay / 4)}"#
    }

    /// - Parameter isWrapped: whether it runs in faketime(1), which ends after it and clears away.
    private mutating func kill(_ worker: ChildProcess, _ place: String, isWrapped: Bool = false) async throws {
        if isWrapped { try await plant.killChild(of: worker) } else { worker.send(SIGKILL) }
        _ = await worker.end()
        killed[place, default: 0] += 1
    }

    private mutating func killAtStage() async throws {
        let stage = Self.stageNames.randomElement(using: &random) ?? ""
        // One in five ends itself as soon as an answer is there.
        let surroundings =
            Int.random(in: 0..<5, using: &random) == 0
            ? ["JOURNEY_OUTBOX_CRASH": "order"]
            : ["JOURNEY_OUTBOX_HALT": "\(stage):\(Int.random(in: 1...3, using: &random))"]
        let worker = try plant.start(["run"], surroundings)
        // Where nothing brings it to that stage, it is killed as it idles.
        let patience = Task {
            try await Task.sleep(for: .seconds(2))
            worker.send(SIGKILL)
        }
        let change = await worker.change()
        patience.cancel()
        let isThere = change == .stopped || surroundings["JOURNEY_OUTBOX_CRASH"] != nil
        try await kill(worker, isThere ? (surroundings["JOURNEY_OUTBOX_CRASH"] == nil ? stage : "answering") : "idle")
    }

    private mutating func killAtAnyTime() async throws {
        let clock = manner == .clocks ? drawClock() : nil
        let worker = try plant.start(["run"], clock: clock)
        // One in six does not even get to its start.
        if Int.random(in: 0..<6, using: &random) == 0 {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...200, using: &random)))
            return try await kill(worker, "starting", isWrapped: clock != nil)
        }
        try await until(worker, says: "worker_started")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "working", isWrapped: clock != nil)
    }

    private mutating func drawClock() -> String? {
        guard let offset = ["+25h", "-25h", ""].randomElement(using: &random), !offset.isEmpty else { return nil }
        faults.insert(.clockJumps)
        return offset
    }

    private mutating func killBeside(_ standby: ChildProcess?) async throws -> ChildProcess {
        let worker = try standby ?? plant.start(["run"])
        try await until(worker, says: "worker_started")
        let next = try plant.start(["run"])
        try await until(next, says: "standby")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "beside a standby")
        return next
    }

    /// Longer than `request_timeout`, and than any wait of the worker for the database.
    private static let stop: Duration = .milliseconds(1300)

    private mutating func killAfterStop(_ number: Int) async throws {
        let worker = try plant.start(["run"])
        try await until(worker, says: "worker_started")
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...100, using: &random)))
        let victim = [worker, plant.sandbox, producers.running ?? worker][number % 3]
        victim.send(SIGSTOP)
        try await Task.sleep(for: Self.stop)
        victim.send(SIGCONT)
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &random)))
        try await kill(worker, "after a stop")
    }

    /// Looks again and again; a worker that has ended says nothing more.
    private func until(_ worker: ChildProcess, says word: String) async throws {
        for _ in 0..<6000 {
            if try worker.text.contains(word) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Silence(word: word, said: try worker.text)
    }

    struct Silence: Error {
        let word: String
        let said: String
    }

    // MARK: Calm

    /// The faults stop: it must drain, but for what waits for a person, who then finds out and says what became of it.
    private func calm() async throws -> KillRecord {
        try await plant.put("faults", manner == .keyless ? #"{"ignores_idempotency_keys":true}"# : "{}")
        try await drain()
        let before = try audit()
        var wrong = try await violations(before)
        var counts = try await plant.business.read { try before.counts(in: $0) }
        let doubts = try await plant.business.read { try before.doubts(in: $0) }
        if counts.inDoubt > 0 {
            try await resolve(doubts.delivered, as: "--delivered")
            try await resolve(doubts.others, as: "--resend")
            try await drain()
            let after = try audit()
            wrong += try await violations(after)
            let asked = counts.inDoubt
            counts = try await plant.business.read { try after.counts(in: $0) }
            if counts.inDoubt > 0 { wrong.append("8: \(counts.inDoubt) are still in doubt") }
            counts.inDoubt = asked
        }
        // Last of all: closing a file of the database drops this process's locks on it.
        wrong += try await leaks()
        return KillRecord(manner: manner, seed: seed, killed: killed, counts: counts, violations: wrong)
    }

    private func audit() throws -> Audit {
        Audit(
            log: try EffectLog(path: plant.logPath), journeys: Plant.journeys, faults: faults,
            budget: manner == .paced ? Self.budget : nil)
    }

    private func violations(_ audit: Audit) async throws -> [String] {
        try await plant.business.read { try audit.violations(in: $0, isDrained: true) }
    }

    private func drain() async throws {
        // A drain's goal is what is due when it starts.
        let last = try await plant.business.read { try Int64.fetchOne($0, sql: "SELECT max(scheduled_at) FROM outbox") }
        let ahead = (last ?? 0) - Int64(Date().timeIntervalSince1970 * 1000)
        if ahead >= 0 { try await Task.sleep(for: .milliseconds(min(ahead, 2000) + 1)) }
        let drain = try await plant.run(["drain", "--timeout", "120s"])
        guard drain.end == .exited(0) || drain.end == .exited(3) else {
            throw Silence(word: "drained", said: drain.text)
        }
    }

    private func resolve(_ intents: [Int64], as word: String) async throws {
        guard !intents.isEmpty else { return }
        let answer = try await plant.run(["resolve"] + intents.map(String.init) + [word])
        guard answer.end == .exited(0) else { throw Silence(word: word, said: answer.text) }
    }

    /// What all the processes and every command have said; the sandbox says its key, which is no secret there.
    private func leaks() async throws -> [String] {
        // Contacts are what a person asks these for, and nothing else is to show them.
        var asked: Set<String> = []
        for command in [["status"], ["doctor"], ["batches", "list"], ["dead-letters", "list"], ["journeys"]] {
            for form in [[], ["--json"]] {
                let process = try plant.start(command + form)
                _ = await process.end()
                if command == ["dead-letters", "list"] { asked.insert(Self.name(process)) }
            }
        }
        let dead = try await plant.business.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox_dead WHERE state = 'dead'") ?? 0
        }
        try await observe()
        let files = try Leaks.files(below: plant.folder).filter { $0.lastPathComponent != Self.name(plant.sandbox) }
        let said = files.filter { $0.lastPathComponent.hasPrefix("output-") }
        // What nobody could find would prove nothing.
        let shown = try Leaks.of([Plant.contact], in: said.filter { asked.contains($0.lastPathComponent) })
        let unseen = dead > 0 && shown.isEmpty ? ["10: the dead letters show no contact"] : []
        let kept = files.filter { $0.path.contains("/state/") }
        return try unseen + Leaks.of([Plant.payload], in: said + kept)
            + Leaks.of([Plant.contact], in: said.filter { !asked.contains($0.lastPathComponent) } + kept)
            + Leaks.of([Plant.secret], in: files)
    }

    private static func name(_ process: ChildProcess) -> String {
        URL(fileURLWithPath: process.outputPath).lastPathComponent
    }

    /// What a worker serves over HTTP, written down beside what the others have said.
    private func observe() async throws {
        let worker = try plant.start(["run", "--http", "127.0.0.1:0", "--verbose"])
        try await until(worker, says: "http_listening")
        let address = try worker.text.firstMatch(of: /address="?(127\.0\.0\.1:[0-9]+)/).map { String($0.1) } ?? ""
        for page in ["metrics", "healthz", "readyz"] {
            try await Plant.get("http://\(address)/\(page)")
                .write(to: plant.folder.appendingPathComponent("output-\(page)"), atomically: true, encoding: .utf8)
        }
        worker.send(SIGTERM)
        _ = await worker.end()
    }
}
