import Delivery
import SQLiteStore

/// The real store, as a process that may end at any call sees it: before it, or after it was committed.
struct SimulatedStore: OutboxStore {
    let store: SQLiteStore
    let process: WorkerProcess
    let customs: Customs
    /// What is kept outside the database.
    let notebook: Notebook
    /// What becomes of a call, which may be the commit of a round.
    let faults: @Sendable (_ isRound: Bool) -> Fault

    enum Fault {
        case none, busy, crashBefore, crashAfter
    }

    /// - Parameter onLost: told what was committed by a process that ended before it heard of it.
    private func call<Value>(
        onLost: ((Value) -> Void)? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        try process.check()
        let fault = faults(onLost != nil)
        switch fault {
        case .none, .crashAfter: break
        case .busy: throw StoreError.busy
        case .crashBefore: process.crash()
        }
        try process.check()
        let value = try await body()
        if fault == .crashAfter {
            process.crash()
            onLost?(value)
        }
        try process.check()
        return value
    }

    func takeOver(at now: WallTime) async throws -> RecoveredState {
        try await call {
            let inheritance = try await store.takeOver(at: now)
            process.fence = try customs.fence()
            notebook.raise(inheritance.marks)
            return inheritance
        }
    }
    func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork {
        try await call { try await store.dueWork(journeys: journeys, at: now) }
    }
    func commit(_ round: Round) async throws -> RoundResult {
        let result = try await call(onLost: { notebook.lose(round, $0) }) {
            let result = try await store.commit(round)
            try customs.checkWriter(process)
            return result
        }
        notebook.note(round, result)
        return result
    }
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
