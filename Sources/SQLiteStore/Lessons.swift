import Delivery
import GRDB

/// What the worker has learned and keeps over a restart, in `outbox_meta`.
struct Lessons {
    /// As many as a minute's questions may be, of hundreds of journeys at worst.
    private static let asksMax = 1000

    let db: Database

    func enforcement() throws -> EnforcementFinding? {
        guard let finding = try SQLiteStore.meta(db, "enforcement").flatMap(Enforcement.init(rawValue:)) else {
            return nil
        }
        return EnforcementFinding(enforcement: finding, subject: try SQLiteStore.meta(db, "enforcement_of"))
    }

    func bodyBytesMax() throws -> Int? {
        try SQLiteStore.meta(db, "body_bytes_max").flatMap { Int($0) }
    }

    func learnedLimit() throws -> Double? {
        try SQLiteStore.meta(db, "learned_limit").flatMap { Double($0) }
    }

    func clock() throws -> ClockMark? {
        guard let highWater = try milliseconds("clock_high_water") else { return nil }
        let ahead = try milliseconds("clock_api_ahead").map { Duration.milliseconds($0) }
        return ClockMark(highWater: WallTime(milliseconds: highWater), apiAhead: ahead)
    }

    /// When the latest requests left that no batch remembers.
    func asked() throws -> [WallTime] {
        try SQLiteStore.meta(db, "asked")?.split(separator: ",").compactMap { Int64($0) }
            .map(WallTime.init(milliseconds:)) ?? []
    }

    private func keepAsks(of round: Round) throws {
        let lost = try BatchTable(db: db).sentUnanswered(round.resumes)
        guard round.extraRequests > 0 || !lost.isEmpty else { return }
        let all = try asked() + lost
        let known = all.filter { $0 > round.now - SQLiteStore.recent && $0 <= round.now }.sorted()
        let times = (known + Array(repeating: round.now, count: round.extraRequests)).suffix(Self.asksMax)
        try SQLiteStore.setMeta(db, "asked", times.map { "\($0.milliseconds)" }.joined(separator: ","))
    }

    private func milliseconds(_ key: String) throws -> Int64? {
        try SQLiteStore.meta(db, key).flatMap { Int64($0) }
    }

    /// Stores what a round has learned.
    func keep(_ round: Round) throws {
        if let finding = round.enforcement {
            try SQLiteStore.setMeta(db, "enforcement", finding.enforcement.rawValue)
            try SQLiteStore.setMeta(db, "enforcement_of", finding.subject)
        }
        switch round.bodyBytesMax {
        case .learned(let limit): try SQLiteStore.setMeta(db, "body_bytes_max", String(limit))
        case .forgotten: try SQLiteStore.setMeta(db, "body_bytes_max", nil)
        case nil: break
        }
        if let limit = round.learnedLimit {
            try SQLiteStore.setMeta(db, "learned_limit", limit > 0 ? String(limit) : nil)
        }
        try keepAsks(of: round)
        if let clock = round.clock {
            try SQLiteStore.setMeta(db, "clock_high_water", String(clock.highWater.milliseconds))
            try SQLiteStore.setMeta(db, "clock_api_ahead", clock.apiAhead.map { String($0.milliseconds) })
        }
    }
}
