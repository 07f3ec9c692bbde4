import Foundation
import Sandbox

/// The API as its documents describe it: idempotency keys in the scope of a URL and an API key, and a cache of answers
/// whose properties the documents leave open.
///
/// The sandbox's model, with its own cache switched off, runs the requests.
struct DocumentAPI: Sendable {
    struct Name: Hashable, Sendable {
        var subject: APITruth.Subject
        var key: String
    }

    private struct Saved: Sendable {
        var path: String
        var body: [UInt8]
        var since: Int64
        /// Nil while the request runs.
        var answer: APIAnswer?
    }

    /// A request that was accepted and has not had its effect yet.
    struct Run: Sendable {
        fileprivate var run: SandboxRun
        /// Nil when the key is not honoured.
        fileprivate var name: Name?
        var subject: APITruth.Subject
        var attempt: Int
        var intents: [Int]
    }

    enum Beginning: Sendable {
        case answered(APIAnswer)
        case running(Run)
    }

    static let lifetime: Int64 = 86_400_000

    var executor: SandboxModel
    var weather: DocumentWeather
    var truth = APITruth()
    var random: PRNG
    private var honouring: [APITruth.Subject: Bool] = [:]
    private var saved: [Name: Saved] = [:]
    /// Requests that had their effect, and whose answer was a 5xx, which is not saved: the API knows them all the same.
    private var effective: [Name: (body: [UInt8], answer: APIAnswer)] = [:]

    init(_ configuration: SandboxConfiguration, _ weather: DocumentWeather, random: PRNG) {
        var configuration = configuration
        configuration.faults.ignoresIdempotencyKeys = true
        configuration.faults.numericCodes = weather.hasNumericCodes
        executor = SandboxModel(configuration)
        self.weather = weather
        self.random = random
    }

    // MARK: Subjects

    mutating func honours(_ subject: APITruth.Subject) -> Bool {
        if let known = honouring[subject] { return known }
        let isHonoured = random.chance(weather.honouring)
        honouring[subject] = isHonoured
        return isHonoured
    }

    mutating func setHonouring(_ isHonoured: Bool, where isMeant: (Bool) -> Bool) {
        for (subject, old) in honouring.sorted(by: { "\($0.key)" < "\($1.key)" })
        where isMeant(old) && old != isHonoured {
            honouring[subject] = isHonoured
            truth.changedSubjects.insert(subject)
        }
    }

    // MARK: Requests

    mutating func begin(_ request: SandboxRequest, url: String, attempt: Int, at now: Int64) -> Beginning {
        let run: SandboxRun
        switch executor.begin(request, at: now) {
        case .answered(let reply): return .answered(APIAnswer(reply))
        case .running(let accepted): run = accepted
        }
        if random.chance(weather.rates.ownUnavailable) {
            return .answered(APIAnswer(status: 503, code: "service_unavailable", requestID: run.requestID))
        }
        let secret = request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) } ?? ""
        let subject = APITruth.Subject(url: url, apiKey: secret)
        var accepted = Run(
            run: run, name: nil, subject: subject, attempt: attempt, intents: PlannedIntent.numbers(in: request.body))
        guard honours(subject), let key = request.headers["idempotency-key"] else { return .running(accepted) }
        let name = Name(subject: subject, key: key)
        if weather.validatesFirst, let refusal = refusalOfValidation(accepted, at: now) { return .answered(refusal) }
        if let answer = savedAnswer(name, request, run.requestID, at: now) { return .answered(answer) }
        saved[name] = Saved(path: request.path, body: request.body, since: now)
        accepted.name = name
        return .running(accepted)
    }

    private mutating func savedAnswer(_ name: Name, _ request: SandboxRequest, _ id: String, at now: Int64)
        -> APIAnswer?
    {
        guard let known = saved[name] else { return nil }
        if known.answer != nil, now - known.since >= Self.lifetime {
            saved[name] = nil
            return nil
        }
        if known.answer != nil, random.chance(weather.rates.lostSaved) {
            truth.lostAnswers.formUnion(PlannedIntent.numbers(in: known.body))
            saved[name] = nil
            return nil
        }
        guard known.body == request.body, !weather.comparesPath || known.path == request.path else {
            return APIAnswer(status: 409, code: "idempotency_key_mismatch", requestID: id)
        }
        return known.answer?.replayed()
            ?? APIAnswer(status: 409, code: "idempotency_in_progress", requestID: id, retryAfter: "1")
    }

    /// The refusal of a request that fails validation, found without an effect; nil when it would pass.
    private mutating func refusalOfValidation(_ run: Run, at now: Int64) -> APIAnswer? {
        var tried = executor
        let reply = tried.finish(run.run, at: now)
        guard [400, 422].contains(reply.status) else { return nil }
        executor = tried
        return noted(APIAnswer(reply), of: run, reply)
    }

    /// Executes a request that was accepted.
    mutating func finish(_ run: Run, at now: Int64) -> APIAnswer {
        if let name = run.name, let done = effective[name], done.body == run.run.request.body {
            saved[name]?.answer = done.answer
            return done.answer
        }
        let reply = executor.finish(run.run, at: now)
        let answer = noted(APIAnswer(reply), of: run, reply)
        if (200..<300).contains(answer.status), !run.intents.isEmpty, random.chance(weather.rates.ownErrorAfter) {
            if let name = run.name {
                effective[name] = (run.run.request.body, answer)
                saved[name] = nil
            }
            return APIAnswer(status: 500, code: "internal_error", requestID: run.run.requestID)
        }
        guard let name = run.name else { return answer }
        let isUnsaved = !weather.savesRefusals && [400, 422].contains(answer.status)
        if isUnsaved || answer.status >= 500 || answer.status == 429 {
            saved[name] = nil
        } else {
            saved[name]?.answer = answer
        }
        return answer
    }

    // MARK: The truth

    /// Notes what an executed request has done, and gives its answer the form of this run.
    private mutating func noted(_ answer: APIAnswer, of run: Run, _ reply: SandboxReply) -> APIAnswer {
        let key = run.run.request.headers["idempotency-key"] ?? ""
        var entered: Set<Int> = []
        for case .effect(let effect) in reply.records {
            guard let number = PlannedIntent.numbers(in: Array((effect.data ?? "").utf8)).first else { continue }
            entered.insert(number)
            truth.entrances[number, default: []].append(
                APITruth.Entrance(
                    key: key, subject: run.subject, attempt: run.attempt, at: now(of: effect),
                    isHonoured: run.name != nil, requestID: effect.requestID))
        }
        let refused = run.intents.filter { !entered.contains($0) }
        guard (200..<300).contains(answer.status) else {
            for number in refused { truth.refusals[number, default: []].insert(answer.code ?? "http_\(answer.status)") }
            return answer
        }
        let rejections = Self.rejections(in: answer.body)
        for rejection in rejections where rejection.index < run.intents.count {
            truth.refusals[run.intents[rejection.index], default: []].insert(rejection.code)
        }
        return formed(answer, users: run.intents.count, rejections, refused, isAlone: isEntranceShape(run))
    }

    private func now(of effect: SandboxEffect) -> Int64 { effect.atMilliseconds }

    private func isEntranceShape(_ run: Run) -> Bool {
        run.run.request.body.starts(with: Array(#"{"entrance_id""#.utf8))
    }

    private mutating func formed(
        _ answer: APIAnswer, users: Int, _ rejections: [AcceptanceForm.Rejection], _ refused: [Int], isAlone: Bool
    ) -> APIAnswer {
        var answer = answer
        var form = weather.acceptance
        // A single user is not counted: the reference shows {"success":true}, and a bare answer is possible.
        if isAlone {
            guard [.noContent, .empty202, .object202].contains(form.kind) else { return answer }
            form.word = "errors"
        }
        let written = form.write(users: users, rejections)
        (answer.status, answer.contentType, answer.body) = (written.status, written.contentType, written.body)
        answer.isProvable = written.isProvable
        if written.hidesRejections { truth.hidden.formUnion(refused) }
        return answer
    }

    private struct CountedBody: Decodable {
        struct Entry: Decodable {
            var index: Int
            var externalID: String?
            var code: String

            enum CodingKeys: String, CodingKey {
                case index, code
                case externalID = "external_id"
            }
        }

        var errors: [Entry]?
    }

    /// Reads the rejected users of the sandbox's own form.
    private static func rejections(in body: [UInt8]) -> [AcceptanceForm.Rejection] {
        do {
            return (try JSONDecoder().decode(CountedBody.self, from: Data(body)).errors ?? []).map {
                AcceptanceForm.Rejection(index: $0.index, externalID: $0.externalID ?? "", code: $0.code)
            }
        } catch {
            return []
        }
    }
}
