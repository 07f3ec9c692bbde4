import Delivery

/// What the API's documents leave open, and what stands between a worker and the API, in one run.
///
/// Everything is drawn from the seed. A feature can be taken out after the draw, so that the rest of the run stays as
/// comparable as possible when a violation is narrowed down.
struct DocumentWeather: Sendable {
    /// The probability of each fault, for each request.
    struct Rates: Sendable {
        /// The connection or TLS could not be established, and nothing left.
        var notSent = 0.0
        var lostBefore = 0.0
        var lostAfter = 0.0
        /// An edge answers, and the API never sees the request.
        var edgeBefore = 0.0
        /// An edge answers in place of the API, which has run the request.
        var edgeAfter = 0.0
        /// An edge gives up with a 5xx, and the request arrives up to fifty seconds after that answer.
        var overtaken = 0.0
        var cut = 0.0
        /// The request arrives up to 100 minutes after its sender's timeout.
        var late = 0.0
        /// A proxy sends the request twice. Both copies arrive before the answer is delivered.
        var copied = 0.0
        /// The API needs seconds for the request.
        var slow = 0.0
        /// The API's own 503, without effect.
        var ownUnavailable = 0.0
        /// The API's own 500 after the effect. The API remembers the effect below its cache of answers.
        var ownErrorAfter = 0.0
        /// The API forgets a saved answer, against its promise.
        var lostSaved = 0.0
    }

    /// What a gateway does to the header `X-Request-Id` of every answer.
    enum RequestIDs: Sendable { case kept, stripped, replaced }
    /// Who answers `GET /journeys/{id}` for the whole run.
    enum Reading: Sendable { case byAPI, forbiddenByAPI, byEdge }

    /// A firewall that dislikes the text of some intents.
    struct Firewall: Sendable {
        /// Whether it filters the answer, after the API has run the request, and not the request.
        var filtersAnswers: Bool
        /// Whether it stays when everything else is healthy again.
        var isPermanent: Bool
        /// It dislikes every intent whose number has this remainder.
        var divisor: Int
        var status: Int

        func dislikes(_ numbers: [Int]) -> Bool { numbers.contains { $0 % divisor == divisor - 1 } }
    }

    static let urls = ["https://a.test/api/client", "https://b.test/api/client"]

    var rates: Rates
    var savesRefusals: Bool
    var validatesFirst: Bool
    var comparesPath: Bool
    /// How often a pair of URL and API key honours idempotency keys from the start.
    var honouring: Double
    var hasNumericCodes: Bool
    var requestIDs: RequestIDs
    var stripsReplayHeader: Bool
    var rewritesContentType: Bool
    var addsByteOrderMark: Bool
    var datesReplays: Bool
    var acceptance: AcceptanceForm
    var firewall: Firewall?
    var reading: Reading
    var disruptions: Set<WeatherFeature>
    /// The probabilities of an error of the database before a store call, and after its commit.
    var storeErrors: (before: Double, after: Double)
    let features: Set<WeatherFeature>

    init(_ random: inout PRNG, without excluded: Set<WeatherFeature>) {
        let level = random.pick([0, 0.02, 0.1, 0.3])
        func rate(_ random: inout PRNG) -> Double { random.chance(0.4) ? level : 0 }
        rates = Rates(
            notSent: rate(&random), lostBefore: rate(&random), lostAfter: rate(&random), edgeBefore: rate(&random),
            edgeAfter: rate(&random), overtaken: rate(&random) / 2, cut: rate(&random) / 2, late: rate(&random) / 3,
            copied: rate(&random), slow: rate(&random) / 2, ownUnavailable: rate(&random),
            ownErrorAfter: rate(&random) / 2, lostSaved: random.chance(0.05) ? 0.05 : 0)
        savesRefusals = random.chance(0.6)
        validatesFirst = random.chance(0.4)
        comparesPath = random.chance(0.3)
        honouring = random.pick([1, 1, 1, 0.5, 0])
        hasNumericCodes = random.chance(0.1)
        requestIDs = random.pick([.kept, .kept, .kept, .kept, .stripped, .replaced])
        stripsReplayHeader = requestIDs != .kept && random.chance(0.5)
        rewritesContentType = random.chance(0.1)
        addsByteOrderMark = random.chance(0.1)
        datesReplays = random.chance(0.5)
        acceptance = AcceptanceForm(&random)
        firewall =
            random.chance(0.25)
            ? Firewall(
                filtersAnswers: random.chance(0.5), isPermanent: random.chance(0.2), divisor: random.pick([3, 7, 15]),
                status: random.pick([403, 403, 400, 404, 409, 503]))
            : nil
        reading = random.pick([.byAPI, .byAPI, .byAPI, .byAPI, .forbiddenByAPI, .byEdge])
        disruptions = []
        for feature in WeatherFeature.disruptions where random.chance(0.2) { disruptions.insert(feature) }
        storeErrors = (random.pick([0, 0, 0.005, 0.02]), random.pick([0, 0, 0.005, 0.02]))
        features = Set(WeatherFeature.allCases).subtracting(excluded)
        for feature in WeatherFeature.allCases where excluded.contains(feature) { remove(feature) }
    }

    /// Takes a feature out of the run.
    private mutating func remove(_ feature: WeatherFeature) {
        disruptions.remove(feature)
        switch feature {
        case .edgesBefore: rates.edgeBefore = 0
        case .edgesAfter: (rates.edgeAfter, rates.overtaken) = (0, 0)
        case .unansweredRequests: (rates.lostBefore, rates.lostAfter, rates.late) = (0, 0, 0)
        case .refusedConnections: rates.notSent = 0
        case .cutAnswers: rates.cut = 0
        case .copies: rates.copied = 0
        case .ownErrors: (rates.ownUnavailable, rates.ownErrorAfter) = (0, 0)
        case .lostSaved: rates.lostSaved = 0
        case .unsavedRefusals: savesRefusals = true
        case .validationFirst: validatesFirst = false
        case .ignoredKeys: honouring = 1
        case .rewrittenHeaders:
            (requestIDs, stripsReplayHeader, rewritesContentType, addsByteOrderMark) = (.kept, false, false, false)
        case .unforeseenAnswers: acceptance = .documented
        case .firewalls: firewall = nil
        case .readings: reading = .byAPI
        case .storeErrors: storeErrors = (0, 0)
        case .rollOuts, .rollBacks, .urlChanges, .keyChanges, .clockWeeks, .outages, .brownOuts, .journeyStates,
            .credit,
            .secondWorker, .freezes, .reloads, .triggerBlocks:
            break
        }
    }

    /// The weather after the faults: the network is healthy, and the API answers as documented. What the documents leave
    /// open stays as it is.
    func healed() -> DocumentWeather {
        var healed = self
        healed.rates = Rates()
        healed.acceptance = .documented
        if firewall?.isPermanent != true { healed.firewall = nil }
        return healed
    }
}
