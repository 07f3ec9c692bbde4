import Delivery
import Simulation

extension PlantedBug {
    /// What a run has much of, so that the bug has an occasion to show. The checker knows nothing of it.
    var lanes: Set<Lane> {
        switch self {
        case .newKeyOnRetry, .silenceIsProof, .stampErased:
            [.lostAnswers, .edgeRefusals, .keyRotations, .closedJourneys]
        case .enforcementAssumed: [.ignoredKeys, .lostAnswers]
        case .settleBeforeSend, .doubtDelivered: [.lostAnswers, .errors, .ignoredKeys]
        case .errorIsRefusal, .bodyReencoded: [.errors]
        case .sameKeyAfterRefusal, .closedJourneyKills, .returnedGoesOn, .cancelledSent, .profileLost:
            [.closedJourneys]
        case .windowIgnored: [.longOutage, .lostAnswers]
        case .rotatedKey, .refusedKeyKills: [.keyRotations, .lostAnswers]
        case .retargeted: [.reloads, .lostAnswers]
        case .inProgressIsSuccess, .inProgressRekeyed: [.abandonedRequests, .poison, .largeBatches]
        case .fenceIgnored: [.secondWorker, .restarts, .largeBatches]
        case .mismatchDelivered: [.mismatches]
        case .partlyProvenSettled: [.garbled, .poison]
        case .companionsDropped, .splitOverlaps, .poisonKillsAll, .rejectedRetried, .attemptsUnbounded, .deadLetterLost,
            .contactLogged:
            [.poison, .largeBatches]
        case .limitBurnsAttempts, .retryAfterIgnored: [.apiLimits]
        case .pauseForgotten: [.apiLimits, .restarts]
        case .pauseIgnored: [.operatorPauses]
        case .priorityStarves: [.crowds]
        case .ripeningKept: [.clockJumps]
        case .backoffSkipped: [.outages]
        case .budgetExceeded: [.smallBudget]
        case .windowsForgotten: [.smallBudget, .restarts]
        case .busyForgets: [.busyDatabase]
        case .orderIgnored, .laneKept: [.ordering]
        case .deadLetsGo: [.blocking]
        case .laneFreedInDoubt: [.ordering, .ignoredKeys, .lostAnswers]
        case .expiredSent: [.expiry]
        case .dedupForgotten: [.dedup]
        case .restoreUnnoticed, .ledgerForgets, .idsReused: [.restores]
        case .sendBeforeFreeze, .wakeUpLost, .unguardedSettle, .moveFlagMissing, .moveFlagLeftOn, .prunedEarly,
            .auditLost, .contactTwice, .scheduledEarly:
            []
        }
    }
}
