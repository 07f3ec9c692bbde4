/// The worker's own reckoning of wall time, by which the age of what may have run is counted.
///
/// It never goes back, not even over a restart: in one process it follows the monotonic clock at least, and from one to
/// the next a high-water mark. Where the machine's clock falls behind, the API's `Date` is a second witness. An age is
/// therefore rather too great than too small, since a request that is resent too late runs twice.
struct TrustedClock: Sendable {
    /// A clock that is off by less is taken for right: well inside the margin between `unknown_after` and 24 h.
    static let tolerance: Duration = .seconds(300)
    /// How often the mark is stored.
    static let interval: Duration = .seconds(60)

    /// A wall clock that goes back by less between two looks has been slewed, and no person set it.
    static let slew: Duration = .seconds(1)

    private var anchor: Moment
    /// The latest look at both clocks.
    private var seen: Moment
    /// How far the API's clock is ahead of this reckoning, as far as it was seen.
    private var apiAhead: Duration?
    private var storedAt: Duration?
    /// A distance that one answer alone has told.
    private var unconfirmedSkew: Duration?
    /// The machine's clock stood behind the mark at the start: how long nobody worked is unknown until the API says.
    private(set) var isAdrift: Bool

    init(_ mark: ClockMark?, at now: Moment) {
        seen = now
        let highWater = mark?.highWater ?? now.wall
        anchor = Moment(wall: max(now.wall, highWater), monotonic: now.monotonic)
        apiAhead = mark?.apiAhead
        isAdrift = highWater - now.wall > Self.tolerance
    }

    /// What the time is, as far as this process knows.
    func time(at now: Moment) -> WallTime {
        max(now.wall, anchor.wall + max(.zero, now.monotonic - anchor.monotonic))
    }

    /// Keeps what the machine's clock says now, so that a later step back changes nothing.
    mutating func tick(at now: Moment) {
        // What is stamped by a clock that was set ahead must not outlive the mark that says so.
        if now.wall - anchor.wall > now.monotonic - anchor.monotonic + Self.slew { storedAt = nil }
        anchor = Moment(wall: time(at: now), monotonic: max(now.monotonic, anchor.monotonic))
    }

    /// By how much the machine's clock was set back since the last look; nil when it was not.
    mutating func takeStepBack(at now: Moment) -> Duration? {
        defer { seen = now }
        let step = seen.wall + (now.monotonic - seen.monotonic) - now.wall
        return step > Self.slew ? step : nil
    }

    /// What a look at the API's clock has told.
    enum SkewReport: Equatable {
        case agrees
        /// By how much this machine's clock had fallen behind unnoticed.
        case behind(Duration)
        /// It is surprising, and no second answer has confirmed it yet.
        case unsure
    }

    /// Takes in what the API's clock said. One wrong clock among many must not move the time: a surprise counts once
    /// two answers in a row agree on it.
    mutating func note(apiTime: WallTime, at now: Moment) -> SkewReport {
        tick(at: now)
        let ahead = apiTime - anchor.wall
        // Nothing to compare with: a clock that went back was right before, the first look at any other is the measure.
        let known = apiAhead ?? (isAdrift ? .zero : ahead)
        if max(ahead - known, known - ahead) > Self.tolerance {
            let isConfirmed = unconfirmedSkew.map { max(ahead - $0, $0 - ahead) <= Self.tolerance } ?? false
            unconfirmedSkew = isConfirmed ? nil : ahead
            guard isConfirmed else { return .unsure }
        }
        unconfirmedSkew = nil
        isAdrift = false
        // The first measure is kept with the next round, since all later ones are held against it.
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

    /// What is to be stored, once a minute.
    mutating func takeMark(at now: Moment) -> ClockMark? {
        tick(at: now)
        if let storedAt, now.monotonic - storedAt < Self.interval { return nil }
        storedAt = now.monotonic
        return ClockMark(highWater: anchor.wall, apiAhead: apiAhead)
    }
}
