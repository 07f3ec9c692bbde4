import GRDB
import Operation
import Testing

@testable import Delivery
@testable import SQLiteStore

/// The transitions of `IntentState.successors`, made on a real database: each of them occurs, and no other.
///
/// `AdoptingTests` show the transitions that only an adoption makes.
@Suite(.timeLimit(.minutes(2)))
struct IntentTransitionTests {
    /// The states of a database's intents after each step, and the transitions between two steps.
    private struct Observer {
        let bench: StoreBench
        let connection: OperatorConnection
        private(set) var transitions: Set<String> = []
        private var last: [Int64: IntentState] = [:]

        init(_ journey: Journey = Workbench.users) async throws {
            bench = try await StoreBench(journey)
            connection = try OperatorConnection(path: bench.path, for: .changing)
        }

        /// Compares the states now with those of the step before.
        mutating func look(at now: WallTime = StoreBench.now) throws {
            let walk = IntentWalk(connection, filter: IntentFilter(), at: now)
            var states = try walk.page(limit: 100).records.reduce(into: [Int64: IntentState]()) { $0[$1.id] = $1.state }
            let delivered = try bench.business.read { try Int64.fetchAll($0, sql: "SELECT id FROM outbox_history") }
            for id in delivered { states[id] = .delivered }
            for (id, state) in states {
                guard let before = last[id], before != state else { continue }
                #expect(before.successors.contains(state), "\(id): \(before) → \(state)")
                transitions.insert("\(before.rawValue) → \(state.rawValue)")
            }
            for id in last.keys { #expect(states[id] != nil, "\(id) is gone") }
            last = states
        }

        mutating func claim(at now: WallTime = StoreBench.now) async throws -> [Batch] {
            let batches = try await bench.claimAll(at: now)
            try look(at: now)
            return batches
        }

        mutating func settle(_ settlements: [Settlement]) async throws {
            try await bench.settle(settlements)
            try look()
        }

        mutating func change(_ action: IntentAction, _ ids: [Int64]) throws {
            #expect(try IntentChange(connection, action, at: StoreBench.now).apply(to: .ids(ids)).done == ids.count)
            try look()
        }

        mutating func resolve(_ verdict: ResolutionChoice, _ ids: [Int64]) throws {
            #expect(
                try ResolutionRun(connection, at: StoreBench.now).apply(verdict, to: .intents(ids)).resolved
                    == ids.count)
            try look()
        }
    }

    private static let later = StoreBench.now + .seconds(60)

    private static func waiting(until due: WallTime = StoreBench.now) -> Settlement.Leaving {
        .waiting(Settlement.Waiting(attempts: 1, dueAt: due, rejection: nil, isRefusedAlone: false))
    }

    /// What only `adopt` does, since it finds intents in every state.
    private static let adoption: Set<String> = [
        "pending → delivered", "scheduled → delivered", "retrying → delivered", "blocked → delivered",
        "dead → delivered", "scheduled → dead", "blocked → dead", "in_doubt → dead",
    ]

    @Test func `worker, producers and operators make every transition of the table, and no other`() async throws {
        var seen = try await made { observer in
            // One key: the oldest intent travels, the others are blocked, and each end releases the next one.
            try observer.bench.insert(["a", "a", "a"])
            try observer.look()
            let first = try await observer.claim()
            try await observer.settle(first.map(observer.bench.delivered))
            try observer.change(.cancel, [3])
            let second = try await observer.claim()
            try await observer.settle(second.map { observer.bench.ended($0, as: Self.waiting()) })
            try observer.change(.cancel, [2])
        }
        seen.formUnion(
            try await made { observer in
                // A dead letter that a younger intent of its key has overtaken waits for that one when it is retried.
                try observer.bench.insert(["a", "a"])
                try observer.look()
                let first = try await observer.claim()
                try await observer.settle(first.map { observer.bench.ended($0, as: StoreBench.dead) })
                _ = try await observer.claim()
                try observer.change(.retry, [1])
                _ = try await observer.claim()
            })
        seen.formUnion(
            try await made { observer in
                try observer.bench.insert([nil, nil, nil])
                try observer.look()
                let batches = try await observer.claim()
                try await observer.settle(
                    batches.map {
                        var doubt = Settlement(of: $0, as: .inDoubt)
                        doubt.unproven = [0, 1, 2]
                        return doubt
                    })
                try observer.resolve(.delivered, [1])
                try observer.resolve(.resend, [2])
            })
        seen.formUnion(
            try await made { observer in
                // Two are cancelled, one comes due, and two expire: one before its first request, one after it.
                try observer.bench.insert([nil])
                try observer.bench.insert([nil, nil], scheduledAt: Self.later)
                try observer.look()
                try observer.change(.cancel, [1, 2])
                try observer.bench.insert([nil], expiresAt: StoreBench.now)
                try observer.bench.insert([nil], expiresAt: Self.later)
                try observer.look()
                let batches = try await observer.claim()
                try await observer.settle(batches.map { observer.bench.ended($0, as: Self.waiting()) })
                try observer.look(at: Self.later)
                _ = try await observer.claim(at: Self.later)
                try observer.change(.discard, [4])
            })
        let table = Set(
            IntentState.allCases.flatMap { from in from.successors.map { "\(from.rawValue) → \($0.rawValue)" } })
        #expect(seen == table.subtracting(Self.adoption))
    }

    private func made(_ steps: (inout Observer) async throws -> Void) async throws -> Set<String> {
        var observer = try await Observer()
        try await steps(&observer)
        return observer.transitions
    }
}
