@testable import Delivery
import Testing

/// The environment of a scheduler: an outbox in memory, and a clock that the test advances.
struct World {
    struct Resting {
        var row: Row
        var dueAt: WallTime
    }

    var scheduler: Scheduler
    var now: Moment
    /// Rows that can be claimed, by journey, in order.
    var resting: [String: [Resting]] = [:]
    var sending: [Int64: Batch] = [:]
    var inDoubt: [Int64] = []
    var delivered: [Int64] = []
    var dead: [Int64: String] = [:]
    var returned = 0
    var pauses: [Pause]
    /// The requests that have left and are not answered yet.
    var flights: [(batch: Batch, begunAt: Moment)] = []
    var reads: [String] = []
    var enforcementProbes = 0
    var clockProbes = 0
    /// The `Date` that the API gives when it is asked for the time.
    var apiDate: String?
    /// The highest number of batches frozen at the same time.
    private(set) var frozenMax = 0
    private var lastBatch: Int64

    init(
        journeys: [Journey] = [Journey(name: "welcome", id: 33)], connections: Int = 4, batchSize: Int = 10,
        idempotency: WorkerConfiguration.Idempotency = .enforced, rate: [RateLimit] = [],
        unknownAfter: Duration = .seconds(22 * 3600),
        inheriting batches: [Batch] = [], pauses: [Pause] = [], enforcement: EnforcementFinding? = nil,
        clock: ClockMark? = nil, bodyBytesMax: Int? = nil, seed: UInt64 = 1
    ) {
        now = Moment(wall: Make.now, monotonic: .seconds(1000))
        self.pauses = pauses
        let policy = DeliveryPolicy(
            batchSize: batchSize, connections: connections, linger: .zero, unknownAfter: unknownAfter)
        let configuration = WorkerConfiguration(
            journeys: journeys, policy: policy, url: "https://api.test", version: "2026-04-28", rate: rate,
            idempotency: idempotency)
        scheduler = Scheduler(
            configuration,
            recovering: RecoveredState(
                batches: batches, pauses: pauses, enforcement: enforcement, bodyBytesMax: bodyBytesMax,
                clock: clock),
            random: SplitMix64(seed: seed), at: now)
        scheduler.know(fingerprints: ["current"])
        lastBatch = batches.map(\.id).max() ?? 0
        for batch in batches { sending[batch.id] = batch }
    }

    mutating func add(_ rows: [Row], to journey: String = "welcome") {
        resting[journey, default: []] += rows.map { Resting(row: $0, dueAt: now.wall) }
        scheduler.needsDueWork = true
    }

    // MARK: The loop

    /// Makes one turn of the worker's loop.
    @discardableResult
    mutating func look() throws -> Plan {
        if scheduler.needsDueWork && !scheduler.isStopping { scheduler.receive(dueWork()) }
        let plan = try scheduler.plan(at: now)
        reads += plan.journeyProbes.map(\.journey)
        if plan.enforcementProbe != nil { enforcementProbes += 1 }
        if plan.clockProbe != nil {
            clockProbes += 1
            scheduler.receive(
                time: JourneyReport(
                    reading: .live,
                    response: Response(status: 200, contentType: "application/json", requestID: "req_t", date: apiDate)),
                at: now)
        }
        guard !plan.round.isEmpty else { return plan }
        let result = try commit(plan.round)
        scheduler.receive(result, at: now)
        flights += result.begun.map { ($0, now) }
        frozenMax = max(frozenMax, sending.count)
        return plan
    }

    /// Makes one turn; when nothing is to be sent, advances the clock to the wake-up and makes another turn.
    mutating func wait() throws {
        try look()
        guard flights.isEmpty else { return }
        let next = scheduler.nextLook(after: now)
        #expect(next >= now.monotonic)
        advance(max(next - now.monotonic, .milliseconds(1)))
        try look()
    }

    mutating func advance(_ duration: Duration) {
        now.monotonic += duration
        // Wall time has whole milliseconds only.
        now.wall = Make.now + (now.monotonic - .seconds(1000))
    }

    /// Answers the oldest request under way.
    mutating func answer(_ response: Response) throws { try answer(.response(response)) }

    mutating func answer(_ answer: Answer) throws {
        let flight = flights.removeFirst()
        try scheduler.receive(answer, to: flight.batch, begunAt: flight.begunAt, at: now)
    }

    mutating func answerAll(_ answer: Answer) throws {
        while !flights.isEmpty { try self.answer(answer) }
    }

    static let success = Answer.response(Make.json(200, #"{"success":true}"#))

    // MARK: The outbox

    private func dueWork() -> DueWork {
        let times = resting.mapValues { $0.map(\.dueAt) }
        return DueWork(
            supplied: Set(times.filter { $0.value.contains { $0 <= now.wall } }.keys),
            nextDue: times.compactMapValues { $0.filter { $0 > now.wall }.min() }, pauses: pauses)
    }

    private mutating func commit(_ round: Round) throws -> RoundResult {
        var result = RoundResult()
        for change in round.pauses {
            switch change {
            case .put(let pause):
                pauses.removeAll { $0.scope == pause.scope && $0.cause == pause.cause }
                pauses.append(pause)
            case .remove(let scope, let cause): pauses.removeAll { $0.scope == scope && $0.cause == cause }
            }
        }
        for settlement in round.settlements { try settle(settlement, &result) }
        for batch in round.resumes {
            guard var begun = sending[batch.id], begun.attempt == batch.attempt else {
                result.stale.append(batch.id)
                continue
            }
            begun.attempt += 1
            begun.possiblyExecutedBefore = begun.possiblyExecutedSince
            begun.possiblyExecutedSince = begun.possiblyExecutedSince ?? scheduler.trustedClock.time(at: now)
            sending[batch.id] = begun
            result.begun.append(begun)
        }
        for order in round.claims { claim(order, &result) }
        return result
    }

    private mutating func claim(_ order: ClaimRequest, _ result: inout RoundResult) {
        let name = order.journey.name
        var supply = Backlog.more
        for _ in 0..<order.batches where supply == .more {
            var builder = BatchBuilder(order: order, at: now.wall)
            supply = .empty
            resting[name]?.removeAll { resting in
                guard resting.dueAt <= now.wall, supply != .more else { return false }
                let admission = resting.row.offer(to: &builder)
                if admission == .full { supply = .more }
                return admission == .taken
            }
            if let request = builder.freeze(outbox: Make.outbox) {
                result.begun.append(freeze(request, order, isBegun: true))
            }
        }
        result.supplies[name] = supply
        result.nextDue[name] = resting[name]?.map(\.dueAt).filter { $0 > now.wall }.min()
    }

    private mutating func freeze(_ request: FrozenRequest, _ order: ClaimRequest, parent: Int64? = nil, isBegun: Bool)
        -> Batch
    {
        lastBatch += 1
        let batch = Batch(
            id: lastBatch, journey: order.journey.name, key: request.key, target: order.target,
            apiKeyFingerprint: order.apiKeyFingerprint, traceparent: nil, parent: parent, size: request.size,
            body: request.body, members: request.members, frozenAt: now.wall, attempt: isBegun ? 1 : 0,
            possiblyExecutedSince: isBegun ? scheduler.trustedClock.time(at: now) : nil, possiblyExecutedBefore: nil,
            replays: 0)
        sending[batch.id] = batch
        return batch
    }

    private mutating func settle(_ settlement: Settlement, _ result: inout RoundResult) throws {
        guard var batch = sending[settlement.batch.id], batch.attempt == settlement.batch.attempt else {
            return result.stale.append(settlement.batch.id)
        }
        let members = try batch.members.decode()
        if case .sending(_, let stamp) = settlement.fate {
            batch.possiblyExecutedSince = stamp
            batch.replays += settlement.isReplay ? 1 : 0
            batch.failures = settlement.isFailure ? batch.failures + 1 : 0
            sending[batch.id] = batch
            return
        }
        sending[batch.id] = nil
        if settlement.fate == .settled(.returned) { returned += 1 }
        var gone = Set(settlement.successors.joined()).union(settlement.unproven)
        for (index, leaving) in settlement.leaving.sorted(by: { $0.key < $1.key }) {
            gone.insert(index)
            switch leaving {
            case .dead(let rejection, _): dead[members[index].id] = rejection.code
            case .waiting(let waiting):
                let row = row(members[index], attempts: waiting.attempts)
                resting[batch.journey, default: []].append(Resting(row: row, dueAt: waiting.dueAt))
            }
        }
        inDoubt += settlement.unproven.sorted().map { members[$0].id }
        delivered += members.indices.filter { !gone.contains($0) }.map { members[$0].id }
        let journey = Journey(name: batch.journey, id: batch.target.journey, entranceID: batch.target.entrance)
        for places in settlement.successors {
            var order = Make.order(journey: journey, rowsMax: places.count, bodyBytesMax: .max)
            order.target = batch.target
            var builder = BatchBuilder(order: order, at: now.wall)
            for place in places { #expect(members[place].withRow(of: batch) { builder.offer($0) } == .taken) }
            guard let request = builder.freeze(outbox: Make.outbox) else { continue }
            result.successors.append(freeze(request, order, parent: batch.id, isBegun: false))
        }
    }

    private func row(_ member: Member, attempts: Int) -> Row {
        Row(
            id: member.id, attempts: attempts, epoch: member.epoch + 1,
            externalID: member.externalID.map(Text.init(stringLiteral:)))
    }

    /// The ids of all intents wherever they are; each must occur once.
    func intentIDs() throws -> [Int64] {
        let frozen = try sending.values.flatMap { try $0.members.decode().map(\.id) }
        return (resting.values.joined().map(\.row.id) + frozen + inDoubt + delivered + dead.keys).sorted()
    }
}
