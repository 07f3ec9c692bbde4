import Delivery
import SQLiteStore

/// The real store, as a process that may end at any call sees it: before it, or after it was committed.
struct SimulatedStore: OutboxStore {
    let store: SQLiteStore
    let process: WorkerProcess
    let faults: @Sendable () -> Fault

    enum Fault {
        case none, busy, crashBefore, crashAfter
    }

    private func call<Value>(_ body: () async throws -> Value) async throws -> Value {
        try process.check()
        let fault = faults()
        switch fault {
        case .none, .crashAfter: break
        case .busy: throw StoreError.busy
        case .crashBefore: process.crash()
        }
        try process.check()
        let value = try await body()
        if fault == .crashAfter { process.crash() }
        try process.check()
        return value
    }

    func takeOver(at now: WallTime) async throws -> Inheritance { try await call { try await store.takeOver(at: now) } }
    func survey(journeys: [String], at now: WallTime) async throws -> Survey {
        try await call { try await store.survey(journeys: journeys, at: now) }
    }
    func commit(_ round: Round) async throws -> RoundResult { try await call { try await store.commit(round) } }
    func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining {
        try await call { try await store.remaining(of: goal, journeys: journeys, at: now) }
    }
    func drainGoal(at now: WallTime) async throws -> DrainGoal {
        try await call { try await store.drainGoal(at: now) }
    }
    func prune(before time: WallTime) async throws -> Bool {
        try await call { try await store.prune(before: time) }
    }
    func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog? { nil }
    func store(pinnedSince: WallTime?) async throws {}
}
