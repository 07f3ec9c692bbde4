@testable import Delivery

extension HostileAnswer {
    /// What an answer allows to be done, at most: written down from the API's reference.
    struct Limits {
        let answer: HostileAnswer
        let shape: Shape
        /// An earlier attempt under the key may have run.
        let hasEarlierStamp: Bool
        let isEnforced: Bool
        let isAbsent: Bool
        /// The journey has said: resend what nobody can know.
        let resends: Bool

        private var response: Response { answer.response }

        func mayDeliver(_ place: Int) -> Bool {
            answer.is2xx && response.isComplete && answer.isMarked
                && AcceptancePropertyTests.proves(
                    response.body, response.status == 204 ? 202 : response.status, place, answer.size)
        }

        /// Whether rows may travel under another key: nothing that carried them may have run.
        var mayRename: Bool {
            guard (300..<500).contains(response.status) || response.isReplayed && response.status < 500 else {
                return false
            }
            if [408, 425, 429].contains(response.status) && !response.isReplayed { return false }
            if !answer.isAmbiguous, response.status == 409,
                ["idempotency_in_progress", "idempotency_key_mismatch"].contains(answer.code ?? "")
            {
                return false
            }
            if !hasEarlierStamp || (isAbsent && resends) { return true }
            return isEnforced && answer.isFromBehindTheCache
        }

        func mayLeave(_ place: Int) -> Bool {
            answer.is2xx ? isRejected(place) : mayRename
        }

        /// Named by the answer, or alone in the request.
        func mayDie(_ place: Int) -> Bool {
            if answer.is2xx { return isRejected(place) }
            return answer.is4xx && (answer.size == 1 || answer.isAmbiguous || isNamed(place))
        }

        /// A person is asked where a 2xx proves too little, the key is said to be another's, or keys are ignored.
        var mayAsk: Bool {
            answer.is2xx || isAbsent || answer.isAmbiguous || answer.code == "idempotency_key_mismatch"
        }

        private func isRejected(_ place: Int) -> Bool {
            guard response.isComplete, let json = StrictJSON.read(response.body) else { return false }
            for (name, isErrors) in [("errors", true), ("results", false)] {
                guard case .array(let entries) = json[name] else { continue }
                for entry in entries where isErrors || ![nil, .null, .bool(false)].contains(entry["error"]) {
                    if case .number(let index) = entry["index"], Double(index) == Double(place) { return true }
                    if entry["external_id"] == .string("u\(place + 1)") { return true }
                    if entry["index"] == nil && entry["external_id"] == nil && answer.size == 1 { return true }
                    if case .string(let param) = entry["param"], param.contains("\(place)") { return true }
                }
            }
            return false
        }

        private func isNamed(_ place: Int) -> Bool {
            let details = answer.problem?["errors"] as? [Any] ?? []
            let params =
                details.compactMap { ($0 as? [String: Any])?["param"] as? String }
                + [answer.problem?["param"] as? String].compactMap { $0 }
            return params.contains { param in
                switch shape {
                case .entrance: place == 0 && (param.hasPrefix("user") || param.hasPrefix("event"))
                case .users:
                    param.hasPrefix("users[\(place)]") || param.hasPrefix("users.\(place)")
                        || param.hasPrefix("users[0\(place)]")
                }
            }
        }
    }
}
