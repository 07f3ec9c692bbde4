import Delivery
import Sandbox
import Synchronization

/// The network between the workers and the API, and the API itself.
///
/// A request that has been sent takes its course even when the process that sent it ends.
final class Network: Sendable {
    /// The probability of each fault, for each request.
    struct FaultRates: Sendable {
        var notSent = 0.0
        var lostBefore = 0.0
        var lostAfter = 0.0
        var errorBefore = 0.0
        var errorAfter = 0.0
        var garbledAfter = 0.0
        var edgeRefusal = 0.0
        /// The request takes effect long after the timeout of its sender.
        var late = 0.0
        /// The connection breaks while the API works on the request for seconds.
        var abandoned = 0.0
        /// The API answers without an effect that the key belongs to another request. A correct API never does so.
        var mismatched = 0.0
    }

    private struct State {
        var model: SandboxModel
        var random: PRNG
        var faults = FaultRates()
        var records: [SandboxRecord] = []
        /// How often each intent, by its number, was in a request that the API executed or refused itself. Replays do
        /// not count.
        var runs: [Int: Int] = [:]
        /// The numbers of the intents in each request, by the request's id.
        var numbersByRequest: [String: [Int]] = [:]
    }

    static let timeout: Int64 = 30_000
    private let eventQueue: EventQueue
    private let state: Mutex<State>

    init(eventQueue: EventQueue, configuration: SandboxConfiguration, random: PRNG) {
        self.eventQueue = eventQueue
        state = Mutex(State(model: SandboxModel(configuration), random: random))
    }

    func change(_ body: (inout SandboxModel) -> Void) { state.withLock { body(&$0.model) } }
    func set(_ faults: FaultRates) { state.withLock { $0.faults = faults } }
    var effects: [SandboxEffect] { records.compactMap { if case .effect(let effect) = $0 { effect } else { nil } } }
    var records: [SandboxRecord] { state.withLock(\.records) }
    /// The numbers of the intents in the request with this id.
    func intentNumbers(inRequest id: String) -> [Int]? { state.withLock { $0.numbersByRequest[id] } }
    var runs: [Int: Int] { state.withLock(\.runs) }
    var now: Int64 { eventQueue.now }
    var draws: Int { state.withLock(\.random.draws) }

    /// Sends a request and waits for its answer, in simulated time.
    func exchange(_ request: SandboxRequest) async -> Answer {
        await withCheckedContinuation { continuation in
            let reply = PendingAnswer(continuation)
            transmit(request, reply)
        }
    }

    private enum RequestFault {
        case notSent, lostBefore, lostAfter, errorBefore, errorAfter, garbledAfter, edgeRefusal, late, abandoned,
            mismatched, none
    }

    private func draw(_ request: SandboxRequest) -> (RequestFault, out: Int64, back: Int64, isPrompt: Bool, status: Int)
    {
        state.withLock { state in
            let faults = state.faults
            var fault = RequestFault.none
            for (kind, probability) in [
                (RequestFault.notSent, faults.notSent), (.lostBefore, faults.lostBefore),
                (.lostAfter, faults.lostAfter),
                (.errorBefore, faults.errorBefore), (.errorAfter, faults.errorAfter),
                (.garbledAfter, faults.garbledAfter), (.edgeRefusal, faults.edgeRefusal), (.late, faults.late),
                (.abandoned, faults.abandoned),
                (.mismatched, request.body.isEmpty ? 0 : faults.mismatched),
            ] where fault == .none && state.random.chance(probability) { fault = kind }
            return (
                fault, state.random.milliseconds(1...40), state.random.milliseconds(1...40), state.random.chance(0.5),
                state.random.pick([500, 502, 503, 504, 520, 408])
            )
        }
    }

    private func transmit(_ request: SandboxRequest, _ reply: PendingAnswer) {
        let (fault, out, back, isPrompt, status) = draw(request)
        let silence = { @Sendable in reply.give(.silence(reason: "no answer")) }
        let page = Response(status: status, contentType: "text/html", body: Array("<html>\(status)</html>".utf8))
        switch fault {
        case .notSent: return eventQueue.after(out) { reply.give(.notSent(reason: "refused")) }
        case .lostBefore: return eventQueue.after(isPrompt ? out : Self.timeout, silence)
        case .errorBefore: return eventQueue.after(out + back) { reply.give(.response(page)) }
        case .edgeRefusal:
            let page = Response(status: 403, contentType: "text/html", body: Array("<html>no</html>".utf8))
            return eventQueue.after(out + back) { reply.give(.response(page)) }
        case .mismatched:
            let answer = Response(
                status: 409, contentType: "application/problem+json", requestID: "req_mismatch",
                body: Array(#"{"status":"error","code":"idempotency_key_mismatch","title":"Mismatch"}"#.utf8))
            return eventQueue.after(out + back) { reply.give(.response(answer)) }
        default: break
        }
        eventQueue.after(Self.timeout, silence)
        let arrival = fault == .late ? Self.timeout + out * 1000 : out
        eventQueue.after(arrival) { [self] in
            if fault == .abandoned { silence() }
            run(request, isSlow: fault == .abandoned) { answer in
                switch fault {
                case .lostAfter: if isPrompt { silence() }
                case .errorAfter: self.eventQueue.after(back) { reply.give(.response(page)) }
                case .garbledAfter: self.eventQueue.after(back) { reply.give(self.garble(answer)) }
                default: self.eventQueue.after(back) { reply.give(answer) }
                }
            }
        }
    }

    /// The API accepts the request, and executes it some time later.
    private func run(_ request: SandboxRequest, isSlow: Bool, _ done: @escaping @Sendable (Answer) -> Void) {
        let (beginning, delay) = state.withLock { state in
            (state.model.begin(request, at: eventQueue.now), state.random.milliseconds(isSlow ? 1000...5000 : 0...60))
        }
        switch beginning {
        case .answered(let reply): done(keep(reply, to: request))
        case .running(let run):
            eventQueue.after(delay) { [self] in
                let numbers = PlannedIntent.numbers(in: request.body)
                done(
                    keep(
                        state.withLock { state in
                            for number in numbers { state.runs[number, default: 0] += 1 }
                            return state.model.finish(run, at: eventQueue.now)
                        }, to: request))
            }
        }
    }

    private func keep(_ reply: SandboxReply, to request: SandboxRequest) -> Answer {
        state.withLock { state in
            state.records += reply.records
            if let id = reply.header("x-request-id"), state.numbersByRequest[id] == nil {
                state.numbersByRequest[id] = PlannedIntent.numbers(in: request.body)
            }
        }
        guard reply.wire == .answer else { return .silence(reason: "dropped") }
        let isReplayed = reply.header("idempotent-replayed") == "true"
        return .response(
            Response(
                status: reply.status, contentType: reply.header("content-type") ?? "",
                requestID: reply.header("x-request-id"), retryAfter: reply.header("retry-after"),
                isReplayed: isReplayed, date: isReplayed ? nil : HTTPDate.text(eventQueue.now), rate: rate(of: reply),
                body: reply.body))
    }

    private func rate(of reply: SandboxReply) -> RateHeaders? {
        let numbers = ["limit", "remaining", "reset"].compactMap {
            reply.header("x-ratelimit-\($0)").flatMap { Int($0) }
        }
        guard numbers.count == 3 else { return nil }
        return RateHeaders(limit: numbers[0], remaining: numbers[1], resetSeconds: Double(numbers[2]))
    }

    private func garble(_ answer: Answer) -> Answer {
        guard case .response(var response) = answer, !response.body.isEmpty else { return answer }
        // The body is truncated, or it is complete and contradicts itself: it reports more entrances than are possible.
        let (cut, isWhole) = state.withLock { ($0.random.below(response.body.count), $0.random.chance(0.5)) }
        if isWhole, (200..<300).contains(response.status) {
            response.body = Array(#"{"entrances_created":1000,"errors":[]}"#.utf8)
        } else {
            response.body = Array(response.body.prefix(cut))
            response.isComplete = false
        }
        return .response(response)
    }
}
