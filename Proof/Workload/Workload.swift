import ArgumentParser
import Delivery
import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore
import Synchronization

/// Does a fixed piece of the worker's work, in one thread and always in the same way, so that its instructions can be
/// counted.
@main
struct Workload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workload", abstract: "Do a fixed piece of work whose instructions can be counted.")

    enum Piece: String, CaseIterable, ExpressibleByArgument {
        /// Claims, freezes and settles batches of 100 rows.
        case batches
        /// Judges an answer that names some users.
        case answers
    }

    @Argument(help: "batches or answers.")
    var piece: Piece

    @Argument(help: "How many.")
    var count: Int

    func run() throws {
        switch piece {
        case .batches: try waitFor { try await batches() }
        case .answers: try answers()
        }
    }

    /// Blocks the main thread until the work is done. Valgrind crashes when the main thread ends before other threads.
    private func waitFor(_ work: @escaping @Sendable () async throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        let end = DispatchSemaphore(value: 0)
        Task {
            do { try await work() } catch { failure.withLock { $0 = error } }
            end.signal()
        }
        end.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    // MARK: Batches

    private static let rowsMax = 100
    private static let now = WallTime(milliseconds: 1_800_000_000_000)

    private func batches() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("workload-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("app.db").path
        try fill(path)
        let store = try SQLiteStore(
            path: path, mode: .blocking)
        _ = try await store.takeOver(at: Self.now)
        var open: [Batch] = []
        for _ in 0...count {
            var round = Round(now: Self.now, trustedTime: Self.now)
            round.settlements = try open.map(Self.settlement)
            round.claims = [Self.claim]
            open = try await store.commit(round).begun
        }
    }

    /// Inserts the rows of 15 batches. The number does not depend on `count`, so that only the measured work differs.
    private func fill(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Outbox.migrate(queue)
        try queue.write { db in
            for number in 0..<(Self.rowsMax * 15) {
                try db.cachedStatement(
                    sql: "INSERT INTO outbox (journey, external_id, data, created_at) VALUES ('welcome', ?, ?, ?)"
                ).execute(arguments: ["customer-\(100_000 + number)", Self.data, Self.now.milliseconds - 60_000])
            }
        }
    }

    private static let data = """
        {"order":"0011aabb","total":149.50,"currency":"EUR","items":[{"sku":"S-00a1b2","quantity":2},\
        {"sku":"S-00c3d4","quantity":1}],"coupon":null,"note":"0123456789abcdef0123456789abcdef"}
        """

    private static var target: Target {
        Target(url: "http://127.0.0.1/api/client", journey: 33, entrance: nil, version: "2026-04-28")
    }

    private static var claim: ClaimRequest {
        ClaimRequest(
            journey: Journey(name: "welcome", id: 33), target: target, apiKeyFingerprint: "workload", batches: 1,
            rowsMax: rowsMax, bodyBytesMax: 1 << 20, linger: .zero)
    }

    private static func settlement(of batch: Batch) throws -> Settlement {
        let answer = Answer.response(
            Response(
                status: 200, contentType: "application/json", requestID: "req_0",
                body: Array(#"{"success":true}"#.utf8)))
        var settling = SettlementPolicy(
            policy: DeliveryPolicy(), enforcement: .enforced, onUnknown: .hold, othersSucceed: true, now: now,
            random: SplitMix64(seed: 1))
        return try settling.settle(batch, Classifier().judge(answer, to: batch, at: now))
    }

    // MARK: Answers

    private func answers() throws {
        let members = (0..<Self.rowsMax).map {
            #"[\#($0 + 1),0,0,"customer-\#(100_000 + $0)",null,null,null,null,null,null,1800000000000,null,null,null,null,null,null]"#
        }
        let batch = Batch(
            id: 1, journey: "welcome", key: "jo1-33-1", target: Self.target, apiKeyFingerprint: "workload",
            traceparent: nil, parent: nil, size: Self.rowsMax, body: [],
            members: MemberList(text: Array("[\(members.joined(separator: ","))]".utf8)), frozenAt: Self.now,
            attempt: 1,
            possiblyExecutedSince: Self.now, possiblyExecutedBefore: nil, replays: 0)
        let body = #"{"created":98,"errors":[\#(Self.entry(3)),\#(Self.entry(70))]}"#
        let answer = Answer.response(
            Response(status: 200, contentType: "application/json", requestID: "req_0", body: Array(body.utf8)))
        for _ in 0..<count {
            let verdict = Classifier().judge(answer, to: batch, at: Self.now)
            guard case .processed(let results) = verdict.finding, results.count(where: { $0 == .delivered }) == 98
            else {
                throw ValidationError("the answer was not understood")
            }
        }
    }

    private static func entry(_ index: Int) -> String {
        #"{"index":\#(index),"external_id":"customer-\#(100_000 + index)","error":{"code":"resource_missing","message":"no such contact"}}"#
    }
}
