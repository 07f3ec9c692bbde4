import Delivery
import GRDB

/// What the worker has learned and keeps over a restart, in `outbox_meta`.
struct LearnedState {
    /// As far back as a successor looks for requests that still count in its rate windows.
    static let recent: Duration = .seconds(65)
    /// How many times of extra requests are kept, at most: a minute's, with hundreds of journeys.
    private static let extraRequestsMax = 1000

    let db: Database

    private var meta: MetaTable { MetaTable(db: db) }

    // MARK: Reading

    func enforcement() throws -> EnforcementFinding? {
        guard let finding = try meta.text(.enforcement).flatMap(Enforcement.init(rawValue:)) else { return nil }
        return EnforcementFinding(enforcement: finding, subject: try meta.text(.enforcementSubject))
    }

    func bodyBytesMax() throws -> Int? {
        try meta.integer(.bodyBytesMax).map { Int($0) }
    }

    func learnedLimit() throws -> Double? {
        try meta.text(.learnedLimit).flatMap { Double($0) }
    }

    func clock() throws -> ClockMark? {
        guard let highWater = try meta.integer(.clockHighWater) else { return nil }
        let ahead = try meta.integer(.clockAPIAhead).map { Duration.milliseconds($0) }
        return ClockMark(highWater: WallTime(milliseconds: highWater), apiAhead: ahead)
    }

    /// When the latest requests left that no batch records.
    func extraRequests() throws -> [WallTime] {
        try meta.text(.extraRequests)?.split(separator: ",").compactMap { Int64($0) }
            .map(WallTime.init(milliseconds:)) ?? []
    }

    // MARK: Writing

    /// Stores what a round has learned.
    func store(_ round: Round) throws {
        if let finding = round.enforcement {
            try meta.set(.enforcement, finding.enforcement.rawValue)
            try meta.set(.enforcementSubject, finding.subject)
        }
        switch round.bodyBytesMax {
        case .learned(let limit): try meta.set(.bodyBytesMax, String(limit))
        case .forgotten: try meta.set(.bodyBytesMax, nil)
        case nil: break
        }
        if let limit = round.learnedLimit {
            try meta.set(.learnedLimit, limit > 0 ? String(limit) : nil)
        }
        try storeExtraRequests(of: round)
        if let clock = round.clock {
            try meta.set(.clockHighWater, String(clock.highWater.milliseconds))
            try meta.set(.clockAPIAhead, clock.apiAhead.map { String($0.milliseconds) })
        }
    }

    private func storeExtraRequests(of round: Round) throws {
        assert(round.extraRequests >= 0, "a count of requests is not negative")
        let lost = try BatchTable(db: db).sentUnanswered(round.resumes)
        guard round.extraRequests > 0 || !lost.isEmpty else { return }
        let all = try extraRequests() + lost
        let known = all.filter { $0 > round.now - Self.recent && $0 <= round.now }.sorted()
        let times = (known + Array(repeating: round.now, count: round.extraRequests)).suffix(Self.extraRequestsMax)
        try meta.set(.extraRequests, times.map { "\($0.milliseconds)" }.joined(separator: ","))
    }
}
