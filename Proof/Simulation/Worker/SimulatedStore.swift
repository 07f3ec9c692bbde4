import Delivery
import GRDB
import SQLiteStore

/// The real store, with injected faults: a call may be refused as busy, and the process may end before the call or
/// after its commit.
struct SimulatedStore: OutboxStore {
    let store: SQLiteStore
    let process: WorkerProcess
    let requestChecker: RequestChecker
    let stateDirectory: SimulatedStateDirectory
    /// Draws the fault of a call. `isRound` says whether the call commits a round.
    let faults: @Sendable (_ isRound: Bool) -> StoreFault

    /// - Parameter onLost: called with the result of a commit whose process ended before it received the result.
    private func call<Value>(
        onLost: ((Value) -> Void)? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        try process.check()
        let fault = faults(onLost != nil)
        switch fault {
        case .none, .crashAfter: break
        case .busy: throw StoreError.busy
        case .crashBefore: process.crash()
        case .errorBefore(let code): throw DatabaseError(resultCode: code)
        case .errorAfter: break
        }
        try process.check()
        let value = try await body()
        if case .crashAfter = fault {
            process.crash()
            onLost?(value)
        }
        if case .errorAfter(let code) = fault {
            // The commit has happened, and the caller cannot know it.
            onLost?(value)
            throw DatabaseError(resultCode: code)
        }
        try process.check()
        return value
    }

    func takeOver(at now: WallTime) async throws -> RecoveredState {
        try await call {
            let inheritance = try await store.takeOver(at: now)
            process.fence = try requestChecker.fence()
            stateDirectory.raise(inheritance.marks)
            return inheritance
        }
    }
    func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork {
        try await call { try await store.dueWork(journeys: journeys, at: now) }
    }
    func commit(_ round: Round) async throws -> RoundResult {
        let result = try await call(onLost: { _ in stateDirectory.recordLoss(of: round) }) {
            let result = try await store.commit(round)
            try requestChecker.checkWriter(process)
            return result
        }
        stateDirectory.record(round, result)
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

/// The fault of one call of the store.
enum StoreFault {
    case none, busy, crashBefore, crashAfter
    /// An error of the database engine, before anything was written.
    case errorBefore(ResultCode)
    /// An error of the database engine, after the transaction was committed.
    case errorAfter(ResultCode)
}
