/// A small bug that the proof plants in a debug build, one at a time, to see that its checker catches it.
///
/// The worker asks `planted(_:)` where the bug would be; docs/planted-bugs.md lists them all. In a release build the
/// answer is `false` when it is compiled: nothing that a bug would do is left, nor what it is called in the record.
@usableFromInline package enum PlantedBug: Sendable {
    // Keys, stamps and proof.
    case sendBeforeFreeze
    case settleBeforeSend
    case newKeyOnRetry
    case sameKeyAfterRefusal
    case bodyReencoded
    case stampErased
    case windowIgnored
    case rotatedKey
    case retargeted
    case enforcementAssumed
    case silenceIsProof
    case errorIsRefusal
    // Answers.
    case inProgressIsSuccess
    case inProgressRekeyed
    case mismatchDelivered
    case partlyProvenSettled
    case doubtDelivered
    case companionsDropped
    case splitOverlaps
    case poisonKillsAll
    case rejectedRetried
    case attemptsUnbounded
    case limitBurnsAttempts
    case closedJourneyKills
    case refusedKeyKills
    // The governor.
    case pauseForgotten
    case pauseIgnored
    case retryAfterIgnored
    case backoffSkipped
    case budgetExceeded
    case windowsForgotten
    case priorityStarves
    case wakeUpLost
    case ripeningKept
    // The database.
    case unguardedSettle
    case fenceIgnored
    case busyForgets
    case deadLetterLost
    case returnedGoesOn
    case moveFlagMissing
    case moveFlagLeftOn
    case cancelledSent
    case prunedEarly
    case auditLost
    // What producers asked for.
    case contactTwice
    case orderIgnored
    case laneFreedInDoubt
    case laneKept
    case deadLetsGo
    case expiredSent
    case scheduledEarly
    case dedupForgotten
    case profileLost
    case contactLogged
    // Restored backups.
    case restoreUnnoticed
    case ledgerForgets
    case idsReused
}

#if DEBUG
    extension PlantedBug: CaseIterable {
        /// The bug that is planted in the tasks of one run of the proof.
        @TaskLocal package static var current: PlantedBug?
    }

    @inline(__always) package func planted(_ bug: PlantedBug) -> Bool { PlantedBug.current == bug }
#else
    @inlinable package func planted(_ bug: PlantedBug) -> Bool { false }
#endif
