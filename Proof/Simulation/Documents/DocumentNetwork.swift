import Delivery
import Sandbox
import Synchronization

/// The way between a worker and the API as the documents allow it: edges before and after the effect, a gateway that
/// rewrites answers, proxies that repeat or delay requests, and the API behind them.
///
/// A copy of a request never arrives after the answer to that request was delivered, except when the answer was an edge's
/// 5xx: the request is then under way for less than a minute. Without an answer, a copy arrives within two hours.
final class DocumentNetwork: Sendable {
    private struct State {
        var api: DocumentAPI
        var random: PRNG
        var weather: DocumentWeather
        /// Rates that replace those of the weather for a time.
        var override: DocumentWeather.Rates?
        /// Whether an edge refuses triggers, or readings, for a time.
        var blocked: (triggers: Bool, readings: Bool) = (false, false)
    }

    private enum Fault {
        case none, notSent, lostBefore, lostAfter, edgeBefore, edgeAfter, overtaken, cut, late, copied
    }

    /// What will happen to one request.
    private struct Course {
        var fault = Fault.none
        var out: Int64
        var back: Int64
        var isPrompt: Bool
        var delay: Int64
        var edge: Response
    }

    static let timeout: Int64 = 30_000
    static let lateMax: Int64 = 6_000_000
    static let overtakenMax: Int64 = 50_000

    private let eventQueue: EventQueue
    private let state: Mutex<State>

    init(eventQueue: EventQueue, configuration: SandboxConfiguration, _ weather: DocumentWeather, seed: UInt64) {
        self.eventQueue = eventQueue
        let api = DocumentAPI(configuration, weather, random: PRNG(seed: seed ^ 0xA91))
        state = Mutex(State(api: api, random: PRNG(seed: seed ^ 0xD0C), weather: weather))
    }

    var now: Int64 { eventQueue.now }
    var truth: APITruth { state.withLock(\.api.truth) }
    var draws: Int { state.withLock { $0.random.draws + $0.api.random.draws } }
    func change(_ body: (inout SandboxModel) -> Void) { state.withLock { body(&$0.api.executor) } }
    func changeAPI(_ body: (inout DocumentAPI) -> Void) { state.withLock { body(&$0.api) } }
    func override(_ rates: DocumentWeather.Rates?) { state.withLock { $0.override = rates } }
    func block(triggers: Bool, readings: Bool) { state.withLock { $0.blocked = (triggers, readings) } }

    func heal() {
        state.withLock { state in
            state.weather = state.weather.healed()
            state.api.weather = state.weather
            state.override = nil
            state.blocked = (false, false)
        }
    }

    /// Sends a request to the API at a URL, and waits for its answer in simulated time.
    func exchange(_ request: SandboxRequest, url: String) async -> Answer {
        await withCheckedContinuation { continuation in
            transmit(request, url: url, PendingAnswer(continuation))
        }
    }

    // MARK: The way

    private func transmit(_ request: SandboxRequest, url: String, _ reply: PendingAnswer) {
        let attempt = begin(request, url: url)
        let course = draw(request)
        let key = request.headers["idempotency-key"] ?? ""
        let give = { @Sendable [self] (answer: Answer, received: APITruth.Received) in
            guard reply.giveFirst(answer) else { return }
            state.withLock { state in
                state.api.truth.mix("\(now) \(key) \(received)\n")
                state.api.truth.change(key, attempt) { $0.received = received }
            }
        }
        let silence = { @Sendable in give(.silence(reason: "no answer"), .silence) }
        let page = { @Sendable in give(.response(course.edge), .edge(course.edge.status)) }
        if let refusal = refusalAtTheEdge(request) {
            return eventQueue.after(course.out + course.back) { give(.response(refusal), .edge(refusal.status)) }
        }
        switch course.fault {
        case .notSent:
            return eventQueue.after(course.out) { give(.notSent(reason: "TLS handshake failed"), .notSent) }
        case .lostBefore: return eventQueue.after(course.isPrompt ? course.out : Self.timeout, silence)
        case .edgeBefore: return eventQueue.after(course.out + course.back, page)
        case .overtaken: eventQueue.after(course.out + course.back, page)
        default: eventQueue.after(Self.timeout, silence)
        }
        let arrive = { @Sendable [self] (copy: Int, isLast: Bool) in
            run(request, url: url, attempt: attempt, key: key) { answer in
                guard isLast else { return }
                let response = self.rewritten(answer)
                let own = APITruth.Received.own(
                    answer.status, code: answer.code, isReplayed: answer.isReplayed, isProvable: answer.isProvable,
                    isWhole: true)
                let filtered = self.filtered(request, key: key, attempt: attempt)
                switch course.fault {
                case .lostAfter: if course.isPrompt { silence() }
                case .edgeAfter: self.eventQueue.after(course.back, page)
                case .cut where filtered == nil:
                    let cut = self.cut(response)
                    let received =
                        cut.isComplete
                        ? own
                        : .own(
                            answer.status, code: answer.code, isReplayed: answer.isReplayed,
                            isProvable: answer.isProvable, isWhole: false)
                    self.eventQueue.after(course.back) { give(.response(cut), received) }
                default:
                    if let filtered {
                        self.eventQueue.after(course.back) { give(.response(filtered), .edge(filtered.status)) }
                    } else {
                        self.eventQueue.after(course.back) { give(.response(response), own) }
                    }
                }
            }
        }
        switch course.fault {
        case .copied:
            eventQueue.after(course.out) { arrive(1, false) }
            eventQueue.after(course.out + course.delay % 20_000) { arrive(2, true) }
        case .late: eventQueue.after(Self.timeout + course.delay) { arrive(1, true) }
        case .overtaken: eventQueue.after(course.out + course.delay % Self.overtakenMax) { arrive(1, true) }
        default: eventQueue.after(course.out) { arrive(1, true) }
        }
    }

    private func draw(_ request: SandboxRequest) -> Course {
        state.withLock { state in
            let rates = state.override ?? state.weather.rates
            var fault = Fault.none
            for (kind, probability) in [
                (Fault.notSent, rates.notSent), (.lostBefore, rates.lostBefore), (.lostAfter, rates.lostAfter),
                (.edgeBefore, rates.edgeBefore), (.edgeAfter, rates.edgeAfter), (.overtaken, rates.overtaken),
                (.cut, rates.cut), (.late, rates.late), (.copied, rates.copied),
            ] where fault == .none && state.random.chance(probability) { fault = kind }
            let status = fault == .overtaken ? state.random.pick([502, 503, 504, 520, 522, 524]) : nil
            return Course(
                fault: fault, out: state.random.milliseconds(1...40), back: state.random.milliseconds(1...40),
                isPrompt: state.random.chance(0.5), delay: state.random.milliseconds(0...Self.lateMax),
                edge: EdgeAnswer.draw(&state.random, date: HTTPDate.text(eventQueue.now), status: status))
        }
    }

    // MARK: Edges

    /// The answer of an edge that does not let the request through at this time; nil when it passes.
    private func refusalAtTheEdge(_ request: SandboxRequest) -> Response? {
        state.withLock { state in
            let isReading = request.method == "GET"
            let date = HTTPDate.text(eventQueue.now)
            if isReading ? state.blocked.readings || state.weather.reading == .byEdge : state.blocked.triggers {
                return EdgeAnswer.draw(&state.random, date: date, status: state.random.pick([301, 403, 403, 404, 503]))
            }
            if isReading, state.weather.reading == .forbiddenByAPI {
                let answer = APIAnswer(
                    status: 403, code: "permission_denied", requestID: "req_01READING\(state.api.truth.requests)")
                return response(answer, state.weather)
            }
            guard let firewall = state.weather.firewall, !firewall.filtersAnswers,
                firewall.dislikes(PlannedIntent.numbers(in: request.body))
            else { return nil }
            note(firewalled: request, in: &state)
            return EdgeAnswer.draw(&state.random, date: date, status: firewall.status)
        }
    }

    /// The answer of a firewall that filters answers; nil when it lets the answer through.
    private func filtered(_ request: SandboxRequest, key: String, attempt: Int) -> Response? {
        state.withLock { state in
            guard let firewall = state.weather.firewall, firewall.filtersAnswers,
                firewall.dislikes(PlannedIntent.numbers(in: request.body))
            else { return nil }
            note(firewalled: request, in: &state)
            return EdgeAnswer.draw(&state.random, date: HTTPDate.text(eventQueue.now), status: firewall.status)
        }
    }

    private func note(firewalled request: SandboxRequest, in state: inout State) {
        let key = request.headers["idempotency-key"] ?? ""
        guard let last = state.api.truth.attempts[key]?.last?.number else { return }
        state.api.truth.change(key, last) { $0.isFirewalled = true }
    }

    // MARK: The API

    private func begin(_ request: SandboxRequest, url: String) -> Int {
        state.withLock { state in
            state.api.truth.requests += 1
            state.api.truth.attemptCount += 1
            let number = state.api.truth.attemptCount
            guard let key = request.headers["idempotency-key"] else { return number }
            let secret = request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) } ?? ""
            let subject = APITruth.Subject(url: url, apiKey: secret)
            let isHonoured = state.api.honours(subject)
            state.api.truth.mix("\(now) \(request.path) \(key) \(url) \(request.body.count)\n")
            state.api.truth.attempts[key, default: []].append(
                APITruth.Attempt(
                    number: number, at: now, subject: subject, isHonoured: isHonoured,
                    intents: PlannedIntent.numbers(in: request.body)))
            return number
        }
    }

    private func run(
        _ request: SandboxRequest, url: String, attempt: Int, key: String,
        _ done: @escaping @Sendable (APIAnswer) -> Void
    ) {
        let (beginning, delay) = state.withLock { state in
            let isSlow = state.random.chance((state.override ?? state.weather.rates).slow)
            return (
                state.api.begin(request, url: url, attempt: attempt, at: eventQueue.now),
                state.random.milliseconds(isSlow ? 1000...9000 : 0...60)
            )
        }
        switch beginning {
        case .answered(let answer):
            note(answer, key, attempt)
            done(answer)
        case .running(let run):
            eventQueue.after(delay) { [self] in
                let answer = state.withLock { $0.api.finish(run, at: eventQueue.now) }
                note(answer, key, attempt)
                done(answer)
            }
        }
    }

    private func note(_ answer: APIAnswer, _ key: String, _ attempt: Int) {
        let replay = answer.isReplayed ? " replayed" : ""
        let fate = "\(answer.status) \(answer.code ?? "")\(replay)"
        state.withLock { state in state.api.truth.change(key, attempt) { $0.fates.append(fate) } }
    }

    // MARK: The gateway

    private func rewritten(_ answer: APIAnswer) -> Response { state.withLock { response(answer, $0.weather) } }

    /// The response as the gateway of this run passes it on.
    private func response(_ answer: APIAnswer, _ weather: DocumentWeather) -> Response {
        let id: String? =
            switch weather.requestIDs {
            case .kept: answer.requestID
            case .stripped: nil
            case .replaced: answer.requestID.map { "gw-\($0.suffix(6))" }
            }
        let isReplayed = answer.isReplayed && !weather.stripsReplayHeader
        let contentType = weather.rewritesContentType && !answer.contentType.isEmpty ? "text/plain" : answer.contentType
        let mark: [UInt8] = weather.addsByteOrderMark && !answer.body.isEmpty ? [0xEF, 0xBB, 0xBF] : []
        return Response(
            status: answer.status, contentType: contentType, requestID: id, retryAfter: answer.retryAfter,
            isReplayed: isReplayed,
            date: answer.isReplayed && !weather.datesReplays ? nil : HTTPDate.text(eventQueue.now),
            rate: rate(of: answer), body: mark + answer.body)
    }

    private func rate(of answer: APIAnswer) -> RateHeaders? {
        guard let limit = answer.rateHeaders["limit"], let remaining = answer.rateHeaders["remaining"],
            let reset = answer.rateHeaders["reset"]
        else { return nil }
        return RateHeaders(limit: limit, remaining: remaining, resetSeconds: Double(reset))
    }

    private func cut(_ response: Response) -> Response {
        guard !response.body.isEmpty else { return response }
        var response = response
        let length = state.withLock { $0.random.below(response.body.count) }
        response.body = Array(response.body.prefix(length))
        response.isComplete = false
        return response
    }
}
