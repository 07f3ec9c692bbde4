/// Reads what a 2xx says about each user, and never calls accepted what was not proven accepted.
///
/// The guide names no fields, so every form that a sibling endpoint uses is read: `errors[]` and `results[]` entries by
/// index, identity or param, counts under several names, and a bare success.
struct AcceptanceReader {
    let shape: Shape
    let size: Int
    /// The members, decoded only when an entry must be matched by identity.
    let members: () -> [Member]

    /// One result for each member, in the order of the request.
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

    /// A key that stands twice says two things, and a parser picks one of them.
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
        var reading = Reading()
        reading.isDoubtful = Self.speaksOfFailure(json)
        for entry in Self.entries(json["errors"], &reading) { note(entry, isError: true, in: &reading) }
        for entry in Self.entries(json["results"], &reading) {
            note(entry, isError: Self.isSet(entry["error"]), in: &reading)
        }
        let counts = ["entrances_created", "created", "succeeded", "count"]
            .compactMap { Self.number(json[$0], &reading) }
        let failed = Self.number(json["failed"], &reading)
        let success = Self.truth(json["success"], &reading)
        let rejected = reading.rejected.count
        let isContradictory =
            reading.isDoubtful || success == false || counts.contains { $0 != size - rejected }
            || failed.map { $0 != rejected } ?? false || reading.hasConflict
        // More accepted than the entries leave: one of the rejections is none, and which one nobody knows.
        let deniesRejections = counts.contains { $0 > size - rejected } || failed.map { $0 < rejected } ?? false
        let isWhole = success == true || !counts.isEmpty || isAcceptedStatus
        return (0..<size).map { index in
            if let rejection = reading.rejected[index] {
                return deniesRejections || reading.accepted.contains(index) ? .unproven : .rejected(rejection)
            }
            if isContradictory { return .unproven }
            return isWhole || reading.accepted.contains(index) ? .delivered : .unproven
        }
    }

    /// What the entries say so far.
    private struct Reading {
        var rejected: [Int: Rejection] = [:]
        var accepted: Set<Int> = []
        /// Something that matches no single member, or that has no meaning where it stands.
        var isDoubtful = false
        var hasConflict: Bool { accepted.contains { rejected[$0] != nil } }
    }

    // MARK: Fields

    /// Whether the body calls itself an error, whatever its status.
    private static func speaksOfFailure(_ json: JSONValue) -> Bool {
        json["status"]?.string == "error" || json["code"]?.string != nil || isSet(json["error"])
    }

    private static func isSet(_ value: JSONValue?) -> Bool {
        value != nil && value != .null && value != .bool(false)
    }

    /// A known field of another type than its own makes the whole answer doubtful: it may have said no.
    private static func entries(_ value: JSONValue?, _ reading: inout Reading) -> [JSONValue] {
        if let array = value?.array { return array }
        if isSet(value) { reading.isDoubtful = true }
        return []
    }

    private static func number(_ value: JSONValue?, _ reading: inout Reading) -> Int? {
        if let number = value?.integer { return number }
        if value != nil && value != .null { reading.isDoubtful = true }
        return nil
    }

    private static func truth(_ value: JSONValue?, _ reading: inout Reading) -> Bool? {
        if let truth = value?.bool { return truth }
        if value != nil && value != .null { reading.isDoubtful = true }
        return nil
    }

    // MARK: Entries

    private func note(_ entry: JSONValue, isError: Bool, in reading: inout Reading) {
        guard let index = place(of: entry) else {
            reading.isDoubtful = true
            return
        }
        if isError {
            if reading.rejected[index] == nil { reading.rejected[index] = rejection(of: entry) }
            if entry["success"]?.bool == true { reading.accepted.insert(index) }
        } else if !Self.isPlainAcceptance(entry) || !reading.accepted.insert(index).inserted {
            reading.isDoubtful = true
        }
    }

    /// Whether an entry without an error says nothing else that an accepted user's would not.
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

    /// The one member that an entry is about; nil when its marks fit none, several, or contradict each other.
    private func place(of entry: JSONValue) -> Int? {
        var places: [Int] = []
        if let index = entry["index"], index != .null {
            guard let index = index.integer else { return nil }
            places.append(index)
        }
        let param = entry["param"]?.string ?? entry["error"]?["param"]?.string
        if let row = param.flatMap(shape.row(ofParam:)) { places.append(row) }
        let named = places.first
        guard places.allSatisfy({ $0 == named && $0 >= 0 && $0 < size }) else { return nil }
        let identities = [entry["external_id"]?.string, entry["anonymous_id"]?.string, entry["email"]?.string]
        guard identities.contains(where: { $0 != nil }) else { return named ?? (size == 1 ? 0 : nil) }
        let fitting = members().indices.filter { fits(members()[$0], identities) }
        if let named { return fitting.contains(named) ? named : nil }
        return fitting.count == 1 ? fitting.first : nil
    }

    private func fits(_ member: Member, _ identities: [String?]) -> Bool {
        zip([member.externalID, member.anonymousID, member.email], identities).allSatisfy { own, named in
            guard let named, let own else { return true }
            return named == own
        }
            && zip([member.externalID, member.anonymousID, member.email], identities).contains { own, named in
                named != nil && own == named
            }
    }
}
