/// The form of a 2xx answer to the users shape, which the API's guide does not specify.
///
/// The first forms are those that the documents suggest. The others are drawn: unknown words, unknown places, counts
/// alone, nothing at all.
struct AcceptanceForm: Sendable {
    enum Kind: Sendable, CaseIterable {
        case entrancesCreated, results, count
        case success, noContent, empty202, object202
        case successBesideList, unknownCount, bareArray, unknownMap, nested, neutralExtras, countsOnly, emptyObject,
            empty200, contradiction, falseUnderSuccess, partial
    }

    /// A user that the API rejected.
    struct Rejection: Sendable {
        var index: Int
        var externalID: String
        var code: String
    }

    /// An answer as the API sends it.
    struct Written: Sendable {
        var status: Int
        var contentType: String
        var body: [UInt8]
        /// Whether the documents let a reader know what became of each user.
        var isProvable: Bool
        /// Whether the answer says nothing of users that were rejected.
        var hidesRejections: Bool
    }

    static let documented = AcceptanceForm(kind: .entrancesCreated, word: "errors", entry: 0)
    private static let words = [
        "failures", "rejected_users", "invalid", "skipped", "unmatched", "not_entered", "held", "dropped", "problems",
        "omitted", "suppressed", "leftover", "blocked", "users", "details",
    ]
    private static let positive = [
        "entered", "created", "processed", "accepted", "started", "handled", "n", "ok_count",
    ]

    var kind: Kind
    /// The name of the list of rejected users, in the forms with an unforeseen name.
    var word: String
    /// The form of an entry of that list.
    var entry: Int
    var positiveWord = "processed"

    init(kind: Kind, word: String, entry: Int) { (self.kind, self.word, self.entry) = (kind, word, entry) }

    init(_ random: inout PRNG) {
        let isForeseen = random.chance(0.5)
        kind = isForeseen ? random.pick([.entrancesCreated, .results, .count]) : random.pick(Kind.allCases)
        (word, entry, positiveWord) = (random.pick(Self.words), random.below(5), random.pick(Self.positive))
    }

    /// Writes the answer to a request with the given users, of which some were rejected.
    func write(users: Int, _ rejections: [Rejection]) -> Written {
        let made = users - rejections.count
        func json(_ text: String, status: Int = 200, isProvable: Bool = false, hides: Bool = false) -> Written {
            Written(
                status: status, contentType: "application/json", body: Array(text.utf8), isProvable: isProvable,
                hidesRejections: hides && !rejections.isEmpty)
        }
        func bare(_ status: Int) -> Written {
            Written(
                status: status, contentType: "", body: [], isProvable: false, hidesRejections: !rejections.isEmpty)
        }
        let list = "[\(rejections.map(text).joined(separator: ","))]"
        let errors = "[\(rejections.map(documentedEntry).joined(separator: ","))]"
        switch kind {
        case .entrancesCreated: return json("{\"entrances_created\":\(made),\"errors\":\(errors)}", isProvable: true)
        case .results:
            let byIndex = Dictionary(rejections.map { ($0.index, $0) }) { first, _ in first }
            let results = (0..<users).map { index in
                let error = byIndex[index].map { ",\"error\":{\"code\":\"\($0.code)\",\"message\":\"no\"}" } ?? ""
                return "{\"index\":\(index)\(error)}"
            }
            return json(
                "{\"results\":[\(results.joined(separator: ","))],\"succeeded\":\(made),\"failed\":\(rejections.count)}",
                isProvable: true)
        case .count: return json("{\"count\":\(made),\"errors\":\(errors)}", isProvable: true)
        case .success: return json("{\"success\":true}", hides: true)
        case .noContent: return bare(204)
        case .empty202: return bare(202)
        case .object202: return json("{\"job\":\"j1\",\"state\":\"queued\"}", status: 202, hides: true)
        case .successBesideList: return json("{\"success\":true,\"\(word)\":\(list)}")
        case .unknownCount: return json("{\"\(positiveWord)\":\(made),\"\(word)\":\(list)}")
        case .bareArray: return json(list)
        case .unknownMap:
            let members = rejections.map { "\"\(entry == 0 ? $0.externalID : String($0.index))\":\"\($0.code)\"" }
            return json("{\"success\":true,\"\(word)\":{\(members.joined(separator: ","))}}")
        case .nested: return json("{\"data\":{\"\(positiveWord)\":\(made),\"\(word)\":\(list)},\"success\":true}")
        case .neutralExtras:
            return json(
                "{\"entrances_created\":\(made),\"errors\":\(errors),\"id\":\"b_1\",\"meta\":{\"took_ms\":3},\"at\":1}",
                isProvable: true)
        case .countsOnly: return json("{\"\(positiveWord)\":\(made),\"\(word)\":\(rejections.count)}")
        case .emptyObject: return json("{}", hides: true)
        case .empty200: return bare(200)
        case .contradiction: return json("{\"entrances_created\":\(users + 1),\"errors\":\(errors)}")
        case .falseUnderSuccess: return json("{\"success\":false,\"entrances_created\":\(made),\"errors\":\(errors)}")
        case .partial: return json("{\"success\":true,\"partial\":\(!rejections.isEmpty)}")
        }
    }

    private func documentedEntry(_ rejection: Rejection) -> String {
        "{\"index\":\(rejection.index),\"external_id\":\"\(rejection.externalID)\",\"code\":\"\(rejection.code)\",\"message\":\"no\"}"
    }

    private func text(_ rejection: Rejection) -> String {
        switch entry {
        case 0: documentedEntry(rejection)
        case 1: "\"\(rejection.externalID)\""
        case 2: "\(rejection.index)"
        case 3: "{\"user\":{\"external_id\":\"\(rejection.externalID)\"},\"reason\":\"\(rejection.code)\"}"
        default: "[\(rejection.index),\"\(rejection.code)\"]"
        }
    }
}
