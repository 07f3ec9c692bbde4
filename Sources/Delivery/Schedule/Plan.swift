/// What the worker is to do next: a round to commit, and requests beside the batches' own.
///
/// The requests leave once the round is committed, which counts them for a successor.
struct Plan {
    var round: Round
    /// Parked journeys whose status is to be read.
    var journeyProbes: [(journey: String, target: Target)] = []
    /// Journeys whose status decides what answers mean that have come already.
    var statusLookups: [Target] = []
    /// Where to find out whether idempotency keys are enforced.
    var enforcementProbe: Target?
    /// Where to ask for the time, before what a predecessor left is sent again.
    var clockProbe: Target?
}
