/// Reads from a 2xx what happened to each user of the request.
///
/// A user counts as accepted only when the answer proves it. The API guide names no fields for this answer. The reader
/// therefore reads every form that other endpoints of the API use: entries of `errors` and `results` by index, identity or
/// parameter, counts under several names, and a plain success.
struct AcceptanceReader {
    let shape: Shape
    let size: Int
    /// Returns the members; it is called only when an entry must be matched by identity.
    let members: () -> [Member]

    /// Returns one result for each member, in the order of the request.
    func results(of response: Response) -> [Verdict.RowResult] {
        guard response.isComplete else { return all(.unproven) }
        if response.body == Self.plainSuccess { return all(.delivered) }
        if response.body.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            return all(response.status == 202 || response.status == 204 ? .delivered : .unproven)
        }
        guard isUnambiguous(response.body), let json = JSONValue.read(response.body), case .object = json else {
            return all(.unproven)
        }
        return results(of: json, isAcceptedStatus: response.status == 202 || response.status == 204)
    }

    /// Whether no object has the same key twice: parsers differ in which of two values they take.
    private func isUnambiguous(_ body: [UInt8]) -> Bool {
        do {
            _ = try body.withUnsafeBytes { bytes throws(JSONDefect) in try JSONCheck.check(object: bytes) }
            return true
        } catch {
            return false
        }
    }

    private static let plainSuccess = Array(#"{"success":true}"#.utf8)

    private func all(_ result: Verdict.RowResult) -> [Verdict.RowResult] {
        Array(repeating: result, count: size)
    }

    private func results(of json: JSONValue, isAcceptedStatus: Bool) -> [Verdict.RowResult] {
        var evidence = Evidence()
        evidence.isAmbiguous = Self.reportsError(json)
        for entry in Self.entries(json["errors"], &evidence) { note(entry, isError: true, in: &evidence) }
        for entry in Self.entries(json["results"], &evidence) {
            note(entry, isError: Self.isSet(entry["error"]), in: &evidence)
        }
        let counts = ["entrances_created", "created", "succeeded", "count"]
            .compactMap { Self.integer(json[$0], &evidence) }
        let failed = Self.integer(json["failed"], &evidence)
        let success = Self.bool(json["success"], &evidence)
        let rejected = evidence.rejected.count
        let isContradictory =
            evidence.isAmbiguous || success == false || counts.contains { $0 != size - rejected }
            || failed.map { $0 != rejected } ?? false || evidence.hasConflict
        // Counts of more accepted users than the entries leave mean that a rejection is wrong, but not which one.
        let contradictsRejections = counts.contains { $0 > size - rejected } || failed.map { $0 < rejected } ?? false
        let provesOthers = success == true || !counts.isEmpty || isAcceptedStatus
        return (0..<size).map { index in
            if let rejection = evidence.rejected[index] {
                return contradictsRejections || evidence.accepted.contains(index) ? .unproven : .rejected(rejection)
            }
            if isContradictory { return .unproven }
            return provesOthers || evidence.accepted.contains(index) ? .delivered : .unproven
        }
    }

    /// What the fields and entries of the answer have shown.
    private struct Evidence {
        var rejected: [Int: Rejection] = [:]
        var accepted: Set<Int> = []
        /// Whether an entry matches no single member, or a field has a meaning that is not known.
        var isAmbiguous = false
        var hasConflict: Bool { accepted.contains { rejected[$0] != nil } }
    }

    // MARK: Fields

    /// Whether the body reports an error, although the status is a success.
    private static func reportsError(_ json: JSONValue) -> Bool {
        json["status"]?.string == "error" || json["code"]?.string != nil || isSet(json["error"])
    }

    private static func isSet(_ value: JSONValue?) -> Bool {
        value != nil && value != .null && value != .bool(false)
    }

    // A known field with a value of another type makes the whole answer ambiguous: the field may report an error.

    private static func entries(_ value: JSONValue?, _ evidence: inout Evidence) -> [JSONValue] {
        if let array = value?.array { return array }
        if isSet(value) { evidence.isAmbiguous = true }
        return []
    }

    private static func integer(_ value: JSONValue?, _ evidence: inout Evidence) -> Int? {
        if let integer = value?.integer { return integer }
        if value != nil && value != .null { evidence.isAmbiguous = true }
        return nil
    }

    private static func bool(_ value: JSONValue?, _ evidence: inout Evidence) -> Bool? {
        if let bool = value?.bool { return bool }
        if value != nil && value != .null { evidence.isAmbiguous = true }
        return nil
    }

    // MARK: Entries

    private func note(_ entry: JSONValue, isError: Bool, in evidence: inout Evidence) {
        guard let index = memberIndex(of: entry) else {
            evidence.isAmbiguous = true
            return
        }
        if isError {
            if evidence.rejected[index] == nil { evidence.rejected[index] = rejection(of: entry) }
            if entry["success"]?.bool == true { evidence.accepted.insert(index) }
        } else if !Self.isPlainAcceptance(entry) || !evidence.accepted.insert(index).inserted {
            evidence.isAmbiguous = true
        }
    }

    /// Whether an entry without an error has only values that an entry of an accepted user has.
    private static func isPlainAcceptance(_ entry: JSONValue) -> Bool {
        guard case .object = entry, !isSet(entry["code"]) else { return false }
        if let success = entry["success"], success != .null && success != .bool(true) { return false }
        if let errors = entry["errors"], errors != .null && errors != .array([]) { return false }
        guard let status = entry["status"], status != .null else { return true }
        return status.string.map(acceptedWords.contains) ?? false
    }

    private static let acceptedWords: Set<String> = ["ok", "success", "succeeded", "created", "accepted"]

    private func rejection(of entry: JSONValue) -> Rejection {
        let error = entry["error"] ?? entry
        let code = error["code"]?.string ?? entry["code"]?.string ?? "rejected"
        let message = error["message"]?.string ?? entry["message"]?.string ?? error.string ?? ""
        return Rejection(code: code, message: message)
    }

    /// Returns the index of the one member that an entry concerns; nil when its fields match no member, match several, or
    /// contradict each other.
    private func memberIndex(of entry: JSONValue) -> Int? {
        var indices: [Int] = []
        if let index = entry["index"], index != .null {
            guard let index = index.integer else { return nil }
            indices.append(index)
        }
        let param = entry["param"]?.string ?? entry["error"]?["param"]?.string
        if let row = param.flatMap(shape.row(ofParam:)) { indices.append(row) }
        let named = indices.first
        guard indices.allSatisfy({ $0 == named && $0 >= 0 && $0 < size }) else { return nil }
        let identities = [entry["external_id"]?.string, entry["anonymous_id"]?.string, entry["email"]?.string]
        guard identities.contains(where: { $0 != nil }) else { return named ?? (size == 1 ? 0 : nil) }
        let matching = members().indices.filter { matches(members()[$0], identities) }
        if let named { return matching.contains(named) ? named : nil }
        return matching.count == 1 ? matching.first : nil
    }

    /// Whether one identity of the entry equals that of the member, and no identity differs.
    private func matches(_ member: Member, _ identities: [String?]) -> Bool {
        let pairs = zip([member.externalID, member.anonymousID, member.email], identities)
        return pairs.allSatisfy { own, named in own == nil || named == nil || own == named }
            && pairs.contains { own, named in named != nil && own == named }
    }
}
