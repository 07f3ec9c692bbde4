import Delivery
import Sandbox
import Synchronization

/// What lies between a worker and the API, and the API itself: a request that has left takes its way whatever becomes
/// of the process that sent it.
final class Network: Sendable {
    /// How often, of each request, something goes wrong.
    struct Faults: Sendable {
        var notSent = 0.0
        var lostBefore = 0.0
        var lostAfter = 0.0
        var errorBefore = 0.0
        var errorAfter = 0.0
        var garbledAfter = 0.0
        var edgeRefusal = 0.0
        /// The effect comes long after the caller has given up.
        var late = 0.0
        /// The connection breaks while the API still works on the request, for seconds.
        var abandoned = 0.0
        /// Answered without an effect as if the key had carried another request: what an honest API never says.
        var mismatched = 0.0
    }

    private struct State {
        var model: SandboxModel
        var dice: Dice
        var faults = Faults()
        var records: [SandboxRecord] = []
        /// How often each order was in a request that the API carried out or refused itself; replays do not count.
        var runs: [Int: Int] = [:]
        var carried: [String: [Int]] = [:]
    }

    static let timeout: Int64 = 30_000
    private let agenda: Agenda
    private let state: Mutex<State>

    init(agenda: Agenda, configuration: SandboxConfiguration, dice: Dice) {
        self.agenda = agenda
        state = Mutex(State(model: SandboxModel(configuration), dice: dice))
    }

    func change(_ body: (inout SandboxModel) -> Void) { state.withLock { body(&$0.model) } }
    func set(_ faults: Faults) { state.withLock { $0.faults = faults } }
    var effects: [SandboxEffect] { records.compactMap { if case .effect(let effect) = $0 { effect } else { nil } } }
    var records: [SandboxRecord] { state.withLock(\.records) }
    /// The orders that the request with this id has carried.
    func orders(inRequest id: String) -> [Int]? { state.withLock { $0.carried[id] } }
    var runs: [Int: Int] { state.withLock(\.runs) }
    var now: Int64 { agenda.now }
    var draws: Int { state.withLock(\.dice.draws) }

    /// One request and what comes back of it, in the simulation's time.
    func exchange(_ request: SandboxRequest) async -> Answer {
        await withCheckedContinuation { continuation in
            let reply = Reply(continuation)
            depart(request, reply)
        }
    }

    /// Answers its caller once; what comes later finds nobody.
    private final class Reply: Sendable {
        private let continuation: Mutex<CheckedContinuation<Answer, Never>?>

        init(_ continuation: CheckedContinuation<Answer, Never>) { self.continuation = Mutex(continuation) }

        func give(_ answer: Answer) { continuation.withLock { $0.take() }?.resume(returning: answer) }
    }

    private enum Fate {
        case notSent, lostBefore, lostAfter, errorBefore, errorAfter, garbledAfter, edgeRefusal, late, abandoned,
            mismatched, none
    }

    private func draw(_ request: SandboxRequest) -> (Fate, out: Int64, back: Int64, isPrompt: Bool, status: Int) {
        state.withLock { state in
            let faults = state.faults
            var fate = Fate.none
            for (kind, probability) in [
                (Fate.notSent, faults.notSent), (.lostBefore, faults.lostBefore), (.lostAfter, faults.lostAfter),
                (.errorBefore, faults.errorBefore), (.errorAfter, faults.errorAfter),
                (.garbledAfter, faults.garbledAfter), (.edgeRefusal, faults.edgeRefusal), (.late, faults.late),
                (.abandoned, faults.abandoned),
                (.mismatched, request.body.isEmpty ? 0 : faults.mismatched),
            ] where fate == .none && state.dice.chance(probability) { fate = kind }
            return (
                fate, state.dice.milliseconds(1...40), state.dice.milliseconds(1...40), state.dice.chance(0.5),
                state.dice.pick([500, 502, 503, 504, 520, 408])
            )
        }
    }

    private func depart(_ request: SandboxRequest, _ reply: Reply) {
        let (fate, out, back, isPrompt, status) = draw(request)
        let silence = { @Sendable in reply.give(.silence(reason: "no answer")) }
        let page = Response(status: status, contentType: "text/html", body: Array("<html>\(status)</html>".utf8))
        switch fate {
        case .notSent: return agenda.after(out) { reply.give(.notSent(reason: "refused")) }
        case .lostBefore: return agenda.after(isPrompt ? out : Self.timeout, silence)
        case .errorBefore: return agenda.after(out + back) { reply.give(.response(page)) }
        case .edgeRefusal:
            let page = Response(status: 403, contentType: "text/html", body: Array("<html>no</html>".utf8))
            return agenda.after(out + back) { reply.give(.response(page)) }
        case .mismatched:
            let answer = Response(
                status: 409, contentType: "application/problem+json", requestID: "req_mismatch",
                body: Array(#"{"status":"error","code":"idempotency_key_mismatch","title":"Mismatch"}"#.utf8))
            return agenda.after(out + back) { reply.give(.response(answer)) }
        default: break
        }
        agenda.after(Self.timeout, silence)
        let arrival = fate == .late ? Self.timeout + out * 1000 : out
        agenda.after(arrival) { [self] in
            if fate == .abandoned { silence() }
            run(request, isSlow: fate == .abandoned) { answer in
                switch fate {
                case .lostAfter: if isPrompt { silence() }
                case .errorAfter: self.agenda.after(back) { reply.give(.response(page)) }
                case .garbledAfter: self.agenda.after(back) { reply.give(self.garble(answer)) }
                default: self.agenda.after(back) { reply.give(answer) }
                }
            }
        }
    }

    /// The API takes the request in, and some time later carries it out.
    private func run(_ request: SandboxRequest, isSlow: Bool, _ done: @escaping @Sendable (Answer) -> Void) {
        let (beginning, delay) = state.withLock { state in
            (state.model.begin(request, at: agenda.now), state.dice.milliseconds(isSlow ? 1000...5000 : 0...60))
        }
        switch beginning {
        case .answered(let reply): done(keep(reply, to: request))
        case .running(let run):
            agenda.after(delay) { [self] in
                let numbers = Intention.numbers(in: request.body)
                done(
                    keep(
                        state.withLock { state in
                            for number in numbers { state.runs[number, default: 0] += 1 }
                            return state.model.finish(run, at: agenda.now)
                        }, to: request))
            }
        }
    }

    private func keep(_ reply: SandboxReply, to request: SandboxRequest) -> Answer {
        state.withLock { state in
            state.records += reply.records
            if let id = reply.header("x-request-id"), state.carried[id] == nil {
                state.carried[id] = Intention.numbers(in: request.body)
            }
        }
        guard reply.wire == .answer else { return .silence(reason: "dropped") }
        let isReplayed = reply.header("idempotent-replayed") == "true"
        return .response(
            Response(
                status: reply.status, contentType: reply.header("content-type") ?? "",
                requestID: reply.header("x-request-id"), retryAfter: reply.header("retry-after"),
                isReplayed: isReplayed, date: isReplayed ? nil : HTTPDate.text(agenda.now), rate: rate(of: reply),
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
        // Cut off, or whole and contradicting itself: one entrance more than it can have made.
        let (cut, isWhole) = state.withLock { ($0.dice.below(response.body.count), $0.dice.chance(0.5)) }
        if isWhole, (200..<300).contains(response.status) {
            response.body = Array(#"{"entrances_created":1000,"errors":[]}"#.utf8)
        } else {
            response.body = Array(response.body.prefix(cut))
            response.isComplete = false
        }
        return .response(response)
    }
}
