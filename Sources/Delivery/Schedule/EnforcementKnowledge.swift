/// What is known about the enforcement of idempotency keys by the API, and when to probe it.
///
/// A finding holds for one base URL and one API key (the subject); another subject is probed anew. A finding that keys are
/// not enforced is checked again once a day and at a reload, because the API may begin to enforce them. A replayed answer
/// proves at any time that keys are enforced.
struct EnforcementKnowledge: Sendable {
    /// How often a finding that keys are not enforced is checked again.
    static let recheckInterval: Duration = .seconds(24 * 3600)

    private var mode: WorkerConfiguration.Idempotency
    private(set) var learned: Enforcement
    /// The base URL and API key that the finding holds for.
    private var subject: String?
    /// The change that is not stored yet.
    private var change: EnforcementFinding?
    private var isProbing = false
    /// When the latest probe began.
    private var probedAt: WallTime?
    private var nextProbe: Duration
    /// How many probes in a row proved nothing.
    private var inconclusive = 0

    init(_ mode: WorkerConfiguration.Idempotency, learned: EnforcementFinding?, at now: Moment) {
        self.mode = mode
        self.learned = learned?.enforcement ?? .unproven
        subject = learned?.subject
        nextProbe = now.monotonic
    }

    /// What the worker acts on: what the configuration says, or else what was learned.
    var current: Enforcement {
        switch mode {
        case .enforced: .enforced
        case .absent: .absent
        case .auto: learned
        }
    }

    /// Sets the subject, and forgets a finding about another subject.
    mutating func concern(_ subject: String) {
        defer { self.subject = subject }
        guard let known = self.subject, known != subject, learned != .unproven else { return }
        learned = .unproven
        // The next probe is due at once: possibly executed batches of an earlier API key wait for it.
        nextProbe = .zero
        inconclusive = 0
        change = EnforcementFinding(enforcement: .unproven, subject: subject)
    }

    /// Takes over another configuration, and makes the next probe due at once.
    mutating func follow(_ mode: WorkerConfiguration.Idempotency, at now: Moment) {
        self.mode = mode
        nextProbe = now.monotonic
        inconclusive = 0
    }

    /// Takes over a proof.
    ///
    /// - Returns: whether the finding has changed.
    mutating func learn(_ finding: Enforcement) -> Bool {
        guard mode == .auto, learned != finding else { return false }
        learned = finding
        change = EnforcementFinding(enforcement: finding, subject: subject)
        return true
    }

    /// Returns the change that is to be stored; nil when there is none.
    mutating func takeChange() -> EnforcementFinding? {
        defer { change = nil }
        return change
    }

    // MARK: Probing

    /// Whether a probe may begin now.
    func mayProbe(at now: Moment) -> Bool { !isProbing && nextProbe <= now.monotonic }

    /// Whether a finding that keys are not enforced is to be checked now.
    func isRecheckDue(at now: Moment) -> Bool { isRechecked && mayProbe(at: now) }

    /// When the next probe may begin; nil when it may begin now, or when one is under way.
    func nextProbe(after now: Duration) -> Duration? { isProbing || nextProbe <= now ? nil : nextProbe }

    private var isRechecked: Bool { mode == .auto && learned == .absent }

    /// Whether several probes in a row proved nothing, which is reported once, because possibly executed batches wait for a
    /// finding.
    var isPersistentlyInconclusive: Bool { inconclusive == 5 }

    mutating func beginProbe(at now: Moment) {
        assert(!isProbing, "at most one probe is under way")
        isProbing = true
        probedAt = now.wall
    }

    /// Notes the end of a probe.
    ///
    /// - Returns: when the probe began, if it has proven something.
    mutating func endProbe(_ finding: EnforcementEvidence, backoff: Backoff, at now: Moment) -> WallTime? {
        isProbing = false
        guard finding != .inconclusive else {
            inconclusive += 1
            nextProbe = now.monotonic + backoff.ceiling(afterTry: inconclusive)
            return nil
        }
        inconclusive = 0
        nextProbe = now.monotonic + Self.recheckInterval
        return probedAt
    }
}
