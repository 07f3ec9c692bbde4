import Delivery
import Sandbox
import Synchronization
import Testing

@testable import Simulation

/// Each feature of the model of API and network works as the documents say, in cases written by hand.
@Suite struct DocumentModelTests {
    private static let url = DocumentWeather.urls[0]
    private static let accepted = #"{"users":[{"external_id":"c1","data":{"n":1}}]}"#
    private static let harmless = #"{"users":[]}"#

    /// An API without any weather, changed by the test.
    private static func weather(_ change: (inout DocumentWeather) -> Void = { _ in }) -> DocumentWeather {
        var random = PRNG(seed: 1)
        var weather = DocumentWeather(&random, without: Set(WeatherFeature.allCases))
        (weather.comparesPath, weather.hasNumericCodes, weather.datesReplays) = (false, false, true)
        change(&weather)
        return weather
    }

    private static func api(_ weather: DocumentWeather) -> DocumentAPI {
        DocumentAPI(
            SandboxConfiguration(apiKeys: ["sk_a", "sk_b"], journeys: [SandboxJourney(id: 10)], rate: []), weather,
            random: PRNG(seed: 2))
    }

    private static func request(_ body: String, key: String = "k", apiKey: String = "sk_a") -> SandboxRequest {
        SandboxRequest(
            method: "POST", path: "/api/client/journeys/10/trigger",
            headers: [
                "authorization": "Bearer \(apiKey)", "spotzee-version": "2026-04-28", "idempotency-key": key,
                "content-type": "application/json",
            ], body: Array(body.utf8))
    }

    /// Sends a request from its arrival to its answer.
    private static func send(_ request: SandboxRequest, to api: inout DocumentAPI, url: String = url, at now: Int64 = 0)
        -> APIAnswer
    {
        switch api.begin(request, url: url, attempt: 1, at: now) {
        case .answered(let answer): answer
        case .running(let run): api.finish(run, at: now)
        }
    }

    /// Sends a request through a network with this weather, and plays all events.
    private static func exchange(_ weather: DocumentWeather, body: String = accepted, times: Int = 1) async -> (
        answers: [Answer], truth: APITruth
    ) {
        let queue = EventQueue(startingAt: Simulator.start)
        let network = DocumentNetwork(
            eventQueue: queue,
            configuration: SandboxConfiguration(apiKeys: ["sk_a"], journeys: [SandboxJourney(id: 10)], rate: []),
            weather, seed: 3)
        var answers: [Answer] = []
        for _ in 0..<times {
            let isAnswered = Mutex(false)
            async let answer = {
                defer { isAnswered.withLock { $0 = true } }
                return await network.exchange(request(body), url: url)
            }()
            while !isAnswered.withLock({ $0 }) {
                if !queue.step(until: .max) { await Task.yield() }
            }
            while queue.step(until: .max) {}
            answers.append(await answer)
        }
        return (answers, network.truth)
    }

    private static func response(_ answer: Answer?) -> Response? {
        if case .response(let response) = answer { response } else { nil }
    }

    // MARK: Keys

    @Test func `a key is replayed, mismatched, and forgotten after a day`() {
        var api = Self.api(Self.weather())
        let first = Self.send(Self.request(Self.accepted), to: &api)
        let second = Self.send(Self.request(Self.accepted), to: &api, at: 1000)
        #expect(first.status == 200 && !first.isReplayed)
        #expect(second.isReplayed && second.body == first.body && second.requestID == first.requestID)
        #expect(Self.send(Self.request(Self.harmless), to: &api, at: 2000).code == "idempotency_key_mismatch")
        #expect(api.truth.entrances[1]?.count == 1)
        _ = Self.send(Self.request(Self.accepted), to: &api, at: DocumentAPI.lifetime)
        #expect(api.truth.entrances[1]?.count == 2)
    }

    @Test func `keys are scoped to the API key and the URL`() {
        var api = Self.api(Self.weather())
        _ = Self.send(Self.request(Self.accepted), to: &api)
        #expect(!Self.send(Self.request(Self.accepted, apiKey: "sk_b"), to: &api).isReplayed)
        #expect(!Self.send(Self.request(Self.accepted), to: &api, url: DocumentWeather.urls[1]).isReplayed)
        #expect(api.truth.entrances[1]?.count == 3)
    }

    @Test func `a pair of URL and API key may ignore keys, and begin to honour them`() {
        var api = Self.api(Self.weather { $0.honouring = 0 })
        _ = Self.send(Self.request(Self.accepted), to: &api)
        _ = Self.send(Self.request(Self.accepted), to: &api)
        #expect(api.truth.entrances[1]?.map(\.isHonoured) == [false, false])
        api.setHonouring(true, where: { !$0 })
        _ = Self.send(Self.request(Self.accepted, key: "k2"), to: &api)
        #expect(Self.send(Self.request(Self.accepted, key: "k2"), to: &api).isReplayed)
        #expect(api.truth.changedSubjects.count == 1)
    }

    @Test func `a key is in progress while its request runs`() {
        var api = Self.api(Self.weather())
        guard case .running(let run) = api.begin(Self.request(Self.accepted), url: Self.url, attempt: 1, at: 0) else {
            Issue.record("the request does not run")
            return
        }
        #expect(Self.send(Self.request(Self.accepted), to: &api).code == "idempotency_in_progress")
        _ = api.finish(run, at: 5)
        #expect(Self.send(Self.request(Self.accepted), to: &api).isReplayed)
    }

    // MARK: Caches

    @Test func `a refusal of validation is saved or not`() {
        var saving = Self.api(Self.weather())
        #expect(Self.send(Self.request(Self.harmless), to: &saving).status == 400)
        #expect(Self.send(Self.request(Self.harmless), to: &saving).isReplayed)
        #expect(Self.send(Self.request(Self.accepted), to: &saving).code == "idempotency_key_mismatch")
        var forgetting = Self.api(Self.weather { $0.savesRefusals = false })
        _ = Self.send(Self.request(Self.harmless), to: &forgetting)
        #expect(!Self.send(Self.request(Self.harmless), to: &forgetting).isReplayed)
        #expect(Self.send(Self.request(Self.accepted), to: &forgetting).status == 200)
    }

    @Test func `validation may come before the key is looked up`() {
        var api = Self.api(Self.weather { $0.validatesFirst = true })
        _ = Self.send(Self.request(Self.accepted), to: &api)
        let asked = Self.send(Self.request(Self.harmless), to: &api)
        #expect(asked.status == 400 && !asked.isReplayed)
        #expect(Self.send(Self.request(Self.accepted), to: &api).isReplayed)
    }

    @Test func `an API that loses a saved answer runs the request again, and the truth says so`() {
        var api = Self.api(Self.weather { $0.rates.lostSaved = 1 })
        _ = Self.send(Self.request(Self.accepted), to: &api)
        _ = Self.send(Self.request(Self.accepted), to: &api)
        #expect(api.truth.entrances[1]?.count == 2)
        #expect(api.truth.lostAnswers == [1])
    }

    @Test func `a 5xx after the effect is remembered below the cache`() {
        var api = Self.api(Self.weather { $0.rates.ownErrorAfter = 1 })
        #expect(Self.send(Self.request(Self.accepted), to: &api).status == 500)
        let again = Self.send(Self.request(Self.accepted), to: &api)
        #expect(again.status == 200 && !again.isReplayed)
        #expect(api.truth.entrances[1]?.count == 1)
    }

    // MARK: Answers

    @Test func `unforeseen answers keep the truth apart from what they say`() {
        let rejected =
            #"{"users":[{"external_id":"c1","data":{"n":1}},{"external_id":"reject-permanent-2","data":{"n":2}}]}"#
        for kind in AcceptanceForm.Kind.allCases {
            var api = Self.api(Self.weather { $0.acceptance = AcceptanceForm(kind: kind, word: "unmatched", entry: 1) })
            let answer = Self.send(Self.request(rejected), to: &api)
            #expect((200..<300).contains(answer.status))
            #expect(api.truth.entrances[1]?.count == 1 && api.truth.entrances[2] == nil)
            #expect(api.truth.refusals[2] == ["parameter_invalid_format"])
            let hides: [AcceptanceForm.Kind] = [
                .success, .noContent, .empty202, .object202, .emptyObject, .empty200,
            ]
            #expect(api.truth.hidden.contains(2) == hides.contains(kind), "\(kind)")
        }
    }

    // MARK: The network

    @Test func `an edge before the effect keeps the request from the API`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.edgeBefore = 1 })
        #expect(Self.response(answers.first) != nil)
        #expect(truth.entrances.isEmpty)
    }

    @Test func `an edge after the effect hides that the request was run`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.edgeAfter = 1 })
        #expect(Self.response(answers.first)?.requestID?.hasPrefix("req_") != true)
        #expect(truth.entrances[1]?.count == 1)
        guard case .edge = truth.attempts["k"]?.first?.received else {
            Issue.record("the worker has not received an edge's answer")
            return
        }
    }

    @Test func `a request may arrive after an edge's 5xx`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.overtaken = 1 })
        #expect(Self.response(answers.first)?.status ?? 0 >= 500)
        #expect(truth.entrances[1]?.count == 1)
    }

    @Test func `a proxy's copy is answered by the replay`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.copied = 1 })
        #expect(Self.response(answers.first)?.isReplayed == true || Self.response(answers.first)?.status == 409)
        #expect(truth.entrances[1]?.count == 1)
        #expect(truth.attempts["k"]?.first?.fates.count == 2)
    }

    @Test func `a late request has its effect after its sender's timeout`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.late = 1 })
        #expect(answers == [.silence(reason: "no answer")])
        #expect((truth.entrances[1]?.first?.at ?? 0) >= Simulator.start + DocumentNetwork.timeout)
    }

    @Test func `a connection that was refused sends nothing`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.notSent = 1 })
        guard case .notSent = answers.first else {
            Issue.record("\(answers)")
            return
        }
        #expect(truth.entrances.isEmpty && truth.attempts["k"]?.first?.fates == [])
    }

    @Test(arguments: [true, false]) func `a firewall keeps one payload back, for good`(_ filtersAnswers: Bool) async {
        let weather = Self.weather {
            $0.firewall = .init(filtersAnswers: filtersAnswers, isPermanent: true, divisor: 3, status: 403)
        }
        let disliked = await Self.exchange(
            weather, body: Self.accepted.replacing("{\"n\":1}", with: "{\"n\":2}"), times: 3)
        #expect(disliked.answers.allSatisfy { Self.response($0)?.status == 403 })
        #expect((disliked.truth.entrances[2]?.count ?? 0) == (filtersAnswers ? 1 : 0))
        let liked = await Self.exchange(weather)
        #expect(Self.response(liked.answers.first)?.status == 200)
    }

    @Test func `a gateway rewrites headers and adds a byte order mark`() async {
        let (answers, _) = await Self.exchange(
            Self.weather {
                ($0.requestIDs, $0.rewritesContentType, $0.addsByteOrderMark) = (.replaced, true, true)
            })
        let response = Self.response(answers.first)
        #expect(response?.requestID?.hasPrefix("gw-") == true)
        #expect(response?.contentType == "text/plain")
        #expect(response?.body.starts(with: [0xEF, 0xBB, 0xBF]) == true)
    }

    @Test func `a cut answer is marked as incomplete`() async {
        let (answers, truth) = await Self.exchange(Self.weather { $0.rates.cut = 1 })
        #expect(Self.response(answers.first)?.isComplete == false)
        #expect(truth.entrances[1]?.count == 1)
    }

    // MARK: Runs

    @Test func `the same seed gives the same run in the weather of the documents`() throws {
        let runner = try SimulationRunner()
        for seed: UInt64 in [1, 3, 8] {
            let (first, second) = (
                try runner.run(seed: seed, model: .documents()), try runner.run(seed: seed, model: .documents())
            )
            #expect(first.fingerprint == second.fingerprint && first.draws == second.draws)
        }
    }

    @Test func `without any weather the promise holds`() throws {
        let runner = try SimulationRunner()
        for seed: UInt64 in 1...20 {
            let result = try runner.run(seed: seed, model: .documents(without: Set(WeatherFeature.allCases)))
            #expect(result.violations.isEmpty, "seed \(seed): \(result.violations.prefix(3))")
        }
    }
}
