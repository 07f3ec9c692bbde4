#if DEBUG
    import Delivery
    import Foundation
    import Synchronization

    /// Stops the process at a named stage of a batch's way, so that a test can kill it exactly there.
    ///
    /// `JOURNEY_OUTBOX_HALT=frozen:2` raises SIGSTOP the second time a batch is frozen and not yet sent;
    /// `JOURNEY_OUTBOX_CRASH=text` ends the process whenever a request with this text in it is answered. Debug builds only.
    final class HaltingStages: BatchSender, OutboxStore {
        enum Stage: String {
            case claiming, frozen, answered, settled
        }

        private let stage: Stage?
        private let deadly: String
        private let left: Mutex<Int>
        private let store: any OutboxStore
        private let sender: any BatchSender

        init?(environment: [String: String], store: any OutboxStore, sender: any BatchSender) {
            let parts = (environment["JOURNEY_OUTBOX_HALT"] ?? "").split(separator: ":")
            deadly = environment["JOURNEY_OUTBOX_CRASH"] ?? ""
            stage = parts.first.flatMap { Stage(rawValue: String($0)) }
            left = Mutex(parts.last.flatMap { Int($0) } ?? 0)
            guard stage != nil || !deadly.isEmpty else { return nil }
            self.store = store
            self.sender = sender
        }

        private func reach(_ stage: Stage) {
            guard stage == self.stage else { return }
            let isHere = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isHere { raise(SIGSTOP) }
        }

        func send(_ batch: Batch) async -> Answer {
            reach(.frozen)
            let answer = await sender.send(batch)
            if !deadly.isEmpty, String(decoding: batch.body, as: UTF8.self).contains(deadly) { raise(SIGKILL) }
            reach(.answered)
            return answer
        }

        func commit(_ round: Round) async throws -> RoundResult {
            if !round.claims.isEmpty { reach(.claiming) }
            let result = try await store.commit(round)
            if !round.settlements.isEmpty { reach(.settled) }
            return result
        }

        func read(journey: Target) async -> JourneyReport { await sender.read(journey: journey) }
        func sendWithoutEffect(key: String, target: Target) async -> Answer {
            await sender.sendWithoutEffect(key: key, target: target)
        }
        var apiKeyFingerprints: [String] { sender.apiKeyFingerprints }
        func takeOver(at now: WallTime) async throws -> RecoveredState { try await store.takeOver(at: now) }
        func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork {
            try await store.dueWork(journeys: journeys, at: now)
        }
        func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining {
            try await store.remaining(of: goal, journeys: journeys, at: now)
        }
        func drainGoal(at now: WallTime) async throws -> DrainGoal { try await store.drainGoal(at: now) }
        func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog? {
            try await store.checkpoint(afterPages: pages)
        }
        func store(pinnedSince: WallTime?) async throws { try await store.store(pinnedSince: pinnedSince) }
        func prune(before time: WallTime) async throws -> Bool { try await store.prune(before: time) }
    }
#endif
