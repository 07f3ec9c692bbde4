/// How parked journeys are probed: by reading what the journey is, or by posting one row where reading decides nothing.
struct JourneyProbes: Sendable {
    /// What a reading means for the journey's pause.
    enum Conclusion {
        /// The journey is live: its pause ends.
        case resume
        /// Nothing is known yet, or the journey is not live: the next probe comes at its time.
        case wait
        /// Reading decides nothing: one row is posted as the probe.
        case post
    }

    /// So many readings in a row without a usable answer lead to a probe by posting.
    static let unreadableMax = 3

    private var byPosting: Set<String> = []
    private var inFlight: Set<String> = []
    /// Journeys that were resumed because they read live, and have accepted nothing since.
    private var resumedByReading: Set<String> = []
    private var unreadable: [String: Int] = [:]

    func isByPosting(_ journey: String) -> Bool { byPosting.contains(journey) }

    func isInFlight(_ journey: String) -> Bool { inFlight.contains(journey) }

    mutating func begin(_ journey: String) { inFlight.insert(journey) }

    /// Takes in what a reading has said.
    mutating func end(_ journey: String, _ reading: Response.JourneyReading) -> Conclusion {
        inFlight.remove(journey)
        let isUnread = reading == .unreadable || reading == .missing
        unreadable[journey] = isUnread ? (unreadable[journey] ?? 0) + 1 : nil
        switch reading {
        case .live where !resumedByReading.contains(journey):
            resumedByReading.insert(journey)
            return .resume
        case .unreadable where (unreadable[journey] ?? 0) < Self.unreadableMax,
            .missing where (unreadable[journey] ?? 0) < Self.unreadableMax, .notLive:
            return .wait
        // A journey that reads live and still accepts nothing is probed with one row, like one that cannot be read.
        case .live, .forbidden, .missing, .unreadable:
            byPosting.insert(journey)
            return .post
        }
    }

    /// Notes that the journey has accepted a row.
    mutating func noteAccepted(_ journey: String) {
        byPosting.remove(journey)
        resumedByReading.remove(journey)
    }
}
