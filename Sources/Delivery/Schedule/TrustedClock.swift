/// A wall time that never goes back, by which the age of a possibly executed request is counted.
///
/// In one process it advances at least as fast as the monotonic clock. From one process to the next it continues from a
/// stored high-water mark. When this machine's clock falls behind, the header `Date` of the API's answers corrects it. An
/// age is therefore too high rather than too low: a request that is sent again too late can be executed twice.
struct TrustedClock: Sendable {
    /// A difference that is not more than this counts as none. It is much less than the margin between `unknown_after` and
    /// the 24 hours for which the API keeps idempotency keys.
    static let tolerance: Duration = .seconds(300)
    /// How often the high-water mark is stored.
    static let interval: Duration = .seconds(60)

    /// A step of the wall clock that is not more than this, from one reading to the next, comes from slewing and not from a
    /// clock that was set.
    static let slew: Duration = .seconds(1)

    /// The trusted time at a monotonic time.
    private var anchor: Moment
    /// The latest reading of both clocks.
    private var seen: Moment
    /// How far the API's clock is ahead of the trusted time; nil when no answer has told it.
    private var apiAhead: Duration?
    private var storedAt: Duration?
    /// A difference to the API's clock that only one answer has shown yet.
    private var unconfirmedSkew: Duration?
    /// Whether the wall clock was behind the stored mark at the start. The time since the mark is then unknown until the API
    /// tells its time.
    private(set) var isAdrift: Bool

    init(_ mark: ClockMark?, at now: Moment) {
        seen = now
        let highWater = mark?.highWater ?? now.wall
        anchor = Moment(wall: max(now.wall, highWater), monotonic: now.monotonic)
        apiAhead = mark?.apiAhead
        isAdrift = highWater - now.wall > Self.tolerance
    }

    /// Returns the trusted time.
    func time(at now: Moment) -> WallTime {
        max(now.wall, anchor.wall + max(.zero, now.monotonic - anchor.monotonic))
    }

    /// Takes over the wall time, so that a later step back of the wall clock changes nothing.
    mutating func tick(at now: Moment) {
        // After a step ahead the mark must be stored with the next round, together with the stamps of that time.
        if now.wall - anchor.wall > now.monotonic - anchor.monotonic + Self.slew { storedAt = nil }
        let before = anchor.wall
        anchor = Moment(wall: time(at: now), monotonic: max(now.monotonic, anchor.monotonic))
        assert(anchor.wall >= before, "the trusted clock never goes back")
    }

    /// Returns by how much the wall clock was set back since the last call; nil when it was not.
    mutating func takeStepBack(at now: Moment) -> Duration? {
        defer { seen = now }
        let step = seen.wall + (now.monotonic - seen.monotonic) - now.wall
        return step > Self.slew ? step : nil
    }

    /// What the API's clock has shown.
    enum SkewReport: Equatable {
        /// The difference to the API's clock has not changed.
        case agrees
        /// The trusted clock had fallen behind, by this much.
        case behind(Duration)
        /// The difference is new, and a second answer has not confirmed it yet.
        case unsure
    }

    /// Compares the trusted clock with the API's clock.
    ///
    /// The API has many servers, and a wrong clock of one must not move the time: a new difference counts once two answers
    /// in a row agree on it.
    mutating func note(apiTime: WallTime, at now: Moment) -> SkewReport {
        tick(at: now)
        let ahead = apiTime - anchor.wall
        // Without a known difference: the stored mark of a clock that went back was right, so that the difference was 0;
        // for any other clock the first difference is the one to compare with.
        let known = apiAhead ?? (isAdrift ? .zero : ahead)
        if max(ahead - known, known - ahead) > Self.tolerance {
            let isConfirmed = unconfirmedSkew.map { max(ahead - $0, $0 - ahead) <= Self.tolerance } ?? false
            unconfirmedSkew = isConfirmed ? nil : ahead
            guard isConfirmed else { return .unsure }
        }
        unconfirmedSkew = nil
        isAdrift = false
        // The first difference is stored with the next round, because all later ones are compared with it.
        if apiAhead == nil { storedAt = nil }
        guard ahead - known > Self.tolerance else {
            apiAhead = min(known, ahead)
            return .agrees
        }
        apiAhead = known
        anchor.wall = anchor.wall + (ahead - known)
        storedAt = nil
        return .behind(ahead - known)
    }

    /// Returns the mark that is to be stored; nil when one was stored less than a minute ago.
    mutating func takeMark(at now: Moment) -> ClockMark? {
        tick(at: now)
        if let storedAt, now.monotonic - storedAt < Self.interval { return nil }
        storedAt = now.monotonic
        return ClockMark(highWater: anchor.wall, apiAhead: apiAhead)
    }
}
