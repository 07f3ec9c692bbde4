/// A small bug that the proof plants in a debug build, one at a time, to see that its checker catches it.
///
/// The worker asks `planted(_:)` where the bug would be; docs/planted-bugs.md lists them all. In a release build the
/// answer is `false` when it is compiled, and nothing of a bug is left.
@usableFromInline package enum PlantedBug: String, CaseIterable, Sendable {
    // Keys, stamps and proof.
    case sendBeforeFreeze = "a request leaves before it is committed that it may have run"
    case settleBeforeSend = "a batch is settled before its request has left"
    case newKeyOnRetry = "a request that may have run is sent again under a new key"
    case sameKeyAfterRefusal = "rows go on under their old key after a definite refusal"
    case bodyReencoded = "a body is decoded and encoded anew before it is sent again"
    case stampErased = "a proof about one attempt erases the stamp of an earlier one"
    case windowIgnored = "a request is sent again after its key was forgotten"
    case rotatedKey = "a request that may have run is sent again under the new API key"
    case retargeted = "a frozen request goes to where the journey is now"
    case enforcementAssumed = "keys are taken for enforced before anything proves it"
    case silenceIsProof = "a silence is taken for proof that nothing ran"
    case errorIsRefusal = "a 5xx is taken for a refusal"
    // Answers.
    case inProgressIsSuccess = "in progress is taken for success"
    case inProgressRekeyed = "in progress is sent again under a new key"
    case mismatchDelivered = "a key mismatch is taken for a delivery"
    case partlyProvenSettled = "what a 2xx leaves unproven is settled as delivered"
    case doubtDelivered = "what nobody knows is settled as delivered"
    case companionsDropped = "one half of a split batch is dropped"
    case splitOverlaps = "the halves of a split batch share a row"
    case poisonKillsAll = "a refusal that names one row kills its companions"
    case rejectedRetried = "a row rejected for good is tried again"
    case attemptsUnbounded = "a row rejected for now is tried for ever"
    case limitBurnsAttempts = "a 429 spends an attempt of each row"
    case closedJourneyKills = "a journey that is not live kills the rows sent to it"
    case refusedKeyKills = "an API key that is refused kills the rows sent under it"
    // The governor.
    case pauseForgotten = "a pause is not stored, and so forgotten at a restart"
    case pauseIgnored = "a person's pause holds nothing back"
    case retryAfterIgnored = "a 429's Retry-After is not waited for"
    case backoffSkipped = "a failed request is sent again at once"
    case budgetExceeded = "the rate windows hold nothing back"
    case windowsForgotten = "a restart forgets the requests before it"
    case wakeUpLost = "a commit is overlooked while requests are under way"
    // The database.
    case unguardedSettle = "a late answer settles a batch whatever its attempt"
    case fenceIgnored = "a worker goes on writing after another has taken over"
    case busyForgets = "a round is forgotten when the database is busy"
    case deadLetterLost = "a dead letter is not stored"
    case returnedGoesOn = "a batch whose rows were given back goes on as well"
    case moveFlagMissing = "the worker's own moves are taken for cancels"
    case moveFlagLeftOn = "a producer's delete is taken for a move of the worker's"
    case cancelledSent = "a claim takes a cancelled intent along"
    case prunedEarly = "records are removed before their retention is over"
    case auditLost = "the request that delivered an intent is not noted"
    // What producers asked for.
    case contactTwice = "a contact is twice in one request"
    case orderIgnored = "an intent overtakes an older one of its ordering key"
    case laneFreedInDoubt = "an intent in doubt lets the next of its ordering key go"
    case laneKept = "a delivered intent holds its ordering key for ever"
    case expiredSent = "an expired intent is sent"
    case scheduledEarly = "a scheduled intent is sent before its time"
    case dedupForgotten = "a dedup key is free again once its intent is delivered"
    case contactLogged = "a contact is logged in the clear"
    // Restored backups.
    case restoreUnnoticed = "a restored database is taken for the one it was"
    case ledgerForgets = "what was delivered is not written down outside the database"
    case idsReused = "a restored database gives the same ids again"
}

#if DEBUG
    extension PlantedBug {
        /// The bug that is planted in the tasks of one run of the proof.
        @TaskLocal package static var current: PlantedBug?
    }

    @inline(__always) package func planted(_ bug: PlantedBug) -> Bool { PlantedBug.current == bug }
#else
    @inlinable package func planted(_ bug: PlantedBug) -> Bool { false }
#endif
