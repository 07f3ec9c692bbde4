/// What is known of whether the API looks at idempotency keys, and when to ask it.
///
/// What was learned holds for one base URL and API key; another of either is asked anew. That keys are ignored is asked
/// again once a day and at a reload, since enforcement is being rolled out; a replay on any answer proves it at once.
struct EnforcementKnowledge: Sendable {
    /// How often a finding that keys are ignored is doubted.
    static let recheckInterval: Duration = .seconds(24 * 3600)

    private var mode: WorkerConfiguration.Idempotency
    private(set) var learned: Enforcement
    /// Whom it was learned of.
    private var subject: String?
    private var change: EnforcementFinding?
    private var isProbing = false
    private var probedAt: WallTime?
    private var nextProbe: Duration
    private var inconclusive = 0

    init(_ mode: WorkerConfiguration.Idempotency, learned: EnforcementFinding?, at now: Moment) {
        self.mode = mode
        self.learned = learned?.enforcement ?? .unproven
        subject = learned?.subject
        nextProbe = now.monotonic
    }

    /// What the worker acts on: the configuration's word, or what was learned.
    var current: Enforcement {
        switch mode {
        case .enforced: .enforced
        case .absent: .absent
        case .auto: learned
        }
    }

    /// Forgets what was learned of somebody else.
    mutating func concern(_ subject: String) {
        defer { self.subject = subject }
        guard let known = self.subject, known != subject, learned != .unproven else { return }
        learned = .unproven
        // At once: what may have run under an earlier key waits for it.
        nextProbe = .zero
        inconclusive = 0
        change = EnforcementFinding(enforcement: .unproven, subject: subject)
    }

    /// Follows another configuration, and lets what was learned be doubted at once.
    mutating func follow(_ mode: WorkerConfiguration.Idempotency, at now: Moment) {
        self.mode = mode
        nextProbe = now.monotonic
        inconclusive = 0
    }

    /// Takes in a proof; true when it is news.
    mutating func learn(_ finding: Enforcement) -> Bool {
        guard mode == .auto, learned != finding else { return false }
        learned = finding
        change = EnforcementFinding(enforcement: finding, subject: subject)
        return true
    }

    mutating func takeChange() -> EnforcementFinding? {
        defer { change = nil }
        return change
    }

    // MARK: Asking

    /// Whether the question may be put now.
    func mayProbe(at now: Moment) -> Bool { !isProbing && nextProbe <= now.monotonic }

    /// Whether it is time to doubt that keys are ignored.
    func isRecheckDue(at now: Moment) -> Bool { isRechecked && mayProbe(at: now) }

    /// When the question may be put next; nil when it may be put now, or is being put.
    func nextProbe(after now: Duration) -> Duration? { isProbing || nextProbe <= now ? nil : nextProbe }

    private var isRechecked: Bool { mode == .auto && learned == .absent }

    /// Asked again and again in vain: somebody should know, since what may have run waits for it.
    var isPersistentlyInconclusive: Bool { inconclusive == 5 }

    mutating func beginProbe(at now: Moment) {
        isProbing = true
        probedAt = now.wall
    }

    /// Takes in a probe's end; returns when it had begun, if it found anything.
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
