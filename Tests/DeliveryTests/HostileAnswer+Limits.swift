@testable import Delivery

extension HostileAnswer {
    /// The most that an answer allows the worker to do, by the API reference.
    struct Limits {
        let answer: HostileAnswer
        let shape: Shape
        /// Whether an earlier attempt with the key was possibly executed.
        let hasEarlierStamp: Bool
        let isEnforced: Bool
        let isAbsent: Bool
        /// Whether the journey's policy is to resend a batch whose outcome is unknown.
        let resends: Bool

        private var response: Response { answer.response }

        func mayDeliver(_ place: Int) -> Bool {
            answer.is2xx && response.isComplete && answer.isMarked
                && AcceptancePropertyTests.proves(
                    response.body, response.status == 204 ? 202 : response.status, place, answer.size)
        }

        /// Whether rows may get another key: no request with them was possibly executed.
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

        /// The rows that the answer names, or the only row of the request.
        func mayDie(_ place: Int) -> Bool {
            if answer.is2xx { return isRejected(place) }
            return answer.is4xx && (answer.size == 1 || answer.isAmbiguous || isNamed(place))
        }

        /// Whether the batch may be in doubt: a 2xx proves too little, the key has another request, or keys are not enforced.
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
