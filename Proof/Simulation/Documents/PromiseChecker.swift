import Delivery
import GRDB

/// Compares the database after a run with what has really happened at the API. It knows the promise and the weather, and
/// nothing of how a worker decides.
struct PromiseChecker {
    private let simulator: Simulator
    private let truth: APITruth
    private let hasEnded: Bool
    private var scenario: Scenario { simulator.scenario }

    init(_ simulator: Simulator, _ documents: DocumentNetwork, hasEnded: Bool) {
        self.simulator = simulator
        truth = documents.truth
        self.hasEnded = hasEnded
    }

    func violations() throws -> [PromiseViolation] {
        let early =
            simulator.requestChecker.breaches.map { PromiseViolation(.leftTooEarly, "\($0)") }
            + simulator.producer.breaches.map { PromiseViolation(.unsound, "\($0)") }
        let end = hasEnded ? [] : [PromiseViolation(.stuck, "the run did not come to an end")]
        return try early + end + checkIntents() + checkStrays() + checkDoubt() + checkBoundedDoubt() + checkKeys()
            + checkRecovery() + checkDatabase()
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try simulator.database.queue.unsafeRead(body)
    }

    // MARK: Each intent

    private func checkIntents() throws -> [PromiseViolation] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, state, code FROM outbox_intents
                    UNION ALL SELECT id, state, NULL FROM outbox_history
                    """)
        }
        let places = Dictionary(grouping: rows, by: { $0[0] as Int64 })
        return simulator.producer.record.committed.sorted { $0.key < $1.key }.flatMap { id, intent in
            let states = (places[id] ?? []).map { (state: $0[1] as String, code: ($0[2] as String?) ?? "") }
            guard states.count == 1 else {
                let name = "intent \(id) is in \(states.count) places \(states.map(\.state))"
                let hasEnded =
                    truth.entrances[intent.number] != nil || truth.refusals[intent.number] != nil
                    || simulator.producer.record.cancelled.contains(id)
                return [PromiseViolation(states.isEmpty && hasEnded ? .prunedEarly : .lost, name)]
            }
            return check(id, intent, states[0].state, states[0].code)
        }
    }

    private func check(_ id: Int64, _ intent: PlannedIntent, _ state: String, _ code: String) -> [PromiseViolation] {
        let entrances = truth.entrances[intent.number] ?? []
        var found = checkDouble(id, intent, entrances)
        let name = "intent \(id) (\(intent.number), \(intent.journey))"
        let story = history(of: entrances.first?.key ?? lastKey(of: intent.number))
        switch state {
        case "delivered":
            if entrances.isEmpty, !truth.hidden.contains(intent.number) {
                found.append(
                    .init(.deliveredNotEntered, "\(name); refused: \(truth.refusals[intent.number] ?? []); \(story)"))
            }
        case "dead":
            if !entrances.isEmpty {
                found.append(.init(.deadEntered, "\(name) is dead of \(code); \(story)"))
            } else if code != "expired", truth.refusals[intent.number] == nil, !isPermanentlyFiltered(intent.number) {
                found.append(.init(.deadByEdge, "\(name) is dead of \(code); \(story)"))
            }
        case "cancelled":
            if !entrances.isEmpty { found.append(.init(.cancelledEntered, "\(name); \(story)")) }
        default:
            // A request with a payload that a firewall keeps back for good ends only by an operator's decision.
            let key = lastKey(of: intent.number)
            let isKeptBack = key.flatMap { truth.attempts[$0]?.last?.isFirewalled } ?? false
            guard !isKeptBack || simulator.weather?.firewall?.isPermanent != true else { break }
            found.append(.init(.stuck, "\(name) is \(state) at the end; \(history(of: key))"))
        }
        return found
    }

    /// Whether a firewall that never heals keeps the intent from the API. Its end depends on what can be proved.
    private func isPermanentlyFiltered(_ number: Int) -> Bool {
        guard let firewall = simulator.weather?.firewall, firewall.isPermanent else { return false }
        return firewall.dislikes([number])
    }

    private func checkDouble(_ id: Int64, _ intent: PlannedIntent, _ entrances: [APITruth.Entrance])
        -> [PromiseViolation]
    {
        // Copies of one request that a proxy has made are nobody's choice where keys are not honoured.
        var byAttempt: [APITruth.Entrance] = []
        for entrance in entrances where !byAttempt.contains(where: { $0.attempt == entrance.attempt }) {
            byAttempt.append(entrance)
        }
        guard byAttempt.count > 1, !scenario.resendingJourneys.contains(intent.journey),
            !truth.lostAnswers.contains(intent.number)
        else { return [] }
        let (first, second) = (byAttempt[0], byAttempt[1])
        let isSameKey = first.key == second.key
        // The API ceased to honour keys, against its promise.
        if isSameKey, first.isHonoured, !second.isHonoured { return [] }
        let name = "intent \(id) (\(intent.number), \(intent.journey)) was entered \(byAttempt.count) times"
        let how =
            isSameKey
            ? "under one key after \((second.at - first.at) / 1000) s, honoured \(first.isHonoured) then \(second.isHonoured)"
            : "under two keys after \((second.at - first.at) / 1000) s"
        let kind: PromiseClass =
            isSameKey && !first.isHonoured && second.isHonoured ? .enteredTwiceAcrossRollOut : .enteredTwice
        return [PromiseViolation(kind, "\(name) \(how); first key: \(history(of: first.key))")]
    }

    private func lastKey(of number: Int) -> String? {
        truth.attempts.filter { $0.value.contains { $0.intents.contains(number) } }
            .max { ($0.value.last?.number ?? 0) < ($1.value.last?.number ?? 0) }?.key
    }

    /// What was sent under a key, in words: what the API did, and what the worker received.
    private func history(of key: String?) -> String {
        guard let key, let attempts = truth.attempts[key] else { return "never sent" }
        let shown = attempts.suffix(6).map { attempt in
            "+\((attempt.at - Simulator.start) / 1000)s \(attempt.isHonoured ? "" : "unhonoured ")API \(attempt.fates) worker \(attempt.received)"
        }
        return "\(attempts.count) attempts: " + shown.joined(separator: "; ")
    }

    private func checkStrays() -> [PromiseViolation] {
        let known = Set(simulator.producer.record.committed.values.map(\.number))
        return truth.entrances.keys.sorted().filter { !known.contains($0) }.map {
            PromiseViolation(.stray, "order \($0) was entered and never committed")
        }
    }

    // MARK: Doubt

    private func checkDoubt() -> [PromiseViolation] {
        simulator.doubtNotes.values.sorted { $0.id < $1.id }.compactMap { note in
            isAmbiguous(note)
                ? nil
                : PromiseViolation(
                    .needlessDoubt,
                    "batch \(note.id) of \(note.journey) by \(note.code ?? "no code"); \(history(of: note.key))")
        }
    }

    /// Whether the outcome of the batch could not be known for certain when it was put in doubt.
    private func isAmbiguous(_ note: DoubtNote) -> Bool {
        // A process that has ended may have forgotten what it received, or that its request never left.
        let mayHaveForgotten =
            note.crashes > 0 || (simulator.weather?.storeErrors ?? (0, 0)) != (0, 0)
            || simulator.weather?.disruptions.contains(.secondWorker) == true
        guard let attempts = truth.attempts[note.key], let first = attempts.first, let last = attempts.last else {
            return mayHaveForgotten && simulator.weather?.honouring != 1
        }
        let unknown = mayHaveForgotten ? attempts : attempts.filter { isUnknown($0.received) }
        let isUnhonoured = attempts.contains { !$0.isHonoured } || truth.changedSubjects.contains(last.subject)
        if isUnhonoured, !unknown.isEmpty { return true }
        let cuts = attempts.filter { if case .own(_, _, _, _, let isWhole) = $0.received { !isWhole } else { false } }
        if cuts.count > 1 { return true }
        for attempt in attempts {
            if case .own(let status, let code, _, let isProvable, _) = attempt.received {
                if (200..<300).contains(status), !isProvable { return true }
                if code == "idempotency_key_mismatch" { return true }
            }
            if attempt.isFirewalled { return true }
        }
        let age = note.firstSeenAt - first.at
        if age >= scenario.policy.unknownAfter.milliseconds - 3_600_000, !unknown.isEmpty { return true }
        if truth.revokedKeys.contains(last.subject.apiKey), !unknown.isEmpty { return true }
        if note.url != simulator.configuration.url { return true }
        if note.crashes >= 3, note.code == "worker_crashed" { return true }
        return simulator.weather?.requestIDs != .kept && simulator.weather?.stripsReplayHeader == true
            && !unknown.isEmpty
    }

    /// Whether what the worker received leaves open what the API did.
    private func isUnknown(_ received: APITruth.Received) -> Bool {
        switch received {
        case .notSent: false
        case .pending, .silence, .edge: true
        case .own(let status, _, _, _, let isWhole): status >= 500 || !isWhole
        }
    }

    private func checkBoundedDoubt() throws -> [PromiseViolation] {
        let rows = try read { db in
            try Row.fetchAll(db, sql: "SELECT id, journey, outcome FROM outbox_batch ORDER BY id")
        }
        // As many more may be under way when the third is put in doubt.
        let bound = 3 + 2 * scenario.policy.connections
        var runs: [String: Int] = [:]
        var longest: [String: Int] = [:]
        for row in rows {
            let (id, journey, outcome): (Int64, String, String?) = (row[0], row[1], row[2])
            if outcome == "delivered" || outcome == "partly_rejected" {
                for key in runs.keys where key.hasPrefix("\(journey) ") { runs[key] = 0 }
            } else if let note = simulator.doubtNotes[id] {
                let key = "\(journey) \(note.code ?? "no code")"
                runs[key, default: 0] += 1
                longest[key] = max(longest[key] ?? 0, runs[key] ?? 0)
            }
        }
        return longest.sorted { $0.key < $1.key }.filter { $0.value > bound }.map {
            PromiseViolation(.unboundedDoubt, "\($0.value) batches in a row of \($0.key), at most \(bound) expected")
        }
    }

    // MARK: The rest

    private func checkKeys() throws -> [PromiseViolation] {
        truth.attempts.sorted { $0.key < $1.key }.compactMap { key, attempts in
            // Requests without users are questions, which may be asked under any API key of their own.
            let senders = Set(attempts.filter { !$0.intents.isEmpty }.map { "\($0.subject) \($0.intents)" })
            return senders.count > 1
                ? PromiseViolation(.keyReused, "key \(key.prefix(24)) stood for \(senders.count) requests") : nil
        }
    }

    private func checkRecovery() -> [PromiseViolation] {
        guard let recovery = simulator.recovery, recovery.isInTime == false else { return [] }
        let pauses = recovery.intents.count
        return [
            PromiseViolation(
                .slowRecovery, "none of \(pauses) intents committed then was delivered; \(simulator.recoveryPauses)")
        ]
    }

    private func checkDatabase() throws -> [PromiseViolation] {
        let check = try read { db in try String.fetchOne(db, sql: "PRAGMA integrity_check") }
        return check == "ok" ? [] : [PromiseViolation(.unsound, check ?? "no answer")]
    }
}
