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
        if response.body.allSatisfy({ $0 <= 0x20 }) {
            return all(response.status == 202 || response.status == 204 ? .delivered : .unproven)
        }
        guard let json = JSONValue.read(response.body), case .object = json else {
            return all(response.status == 202 && !response.contentType.contains("json") ? .delivered : .unproven)
        }
        return results(of: json, isAcceptedStatus: response.status == 202 || response.status == 204)
    }

    private static let plainSuccess = Array(#"{"success":true}"#.utf8)

    private func all(_ result: Verdict.RowResult) -> [Verdict.RowResult] {
        Array(repeating: result, count: size)
    }

    private func results(of json: JSONValue, isAcceptedStatus: Bool) -> [Verdict.RowResult] {
        var reading = Reading(size: size)
        for entry in json["errors"]?.array ?? [] { note(entry, isError: true, in: &reading) }
        for entry in json["results"]?.array ?? [] {
            note(entry, isError: entry["error"].map { $0 != .null } ?? false, in: &reading)
        }
        let counts = ["entrances_created", "created", "succeeded", "count"].compactMap { json[$0]?.integer }
        let failed = json["failed"]?.integer
        let success = json["success"]?.bool
        let rejected = reading.rejected.count
        let isContradictory =
            reading.hasStray || success == false || counts.contains { $0 != size - rejected }
            || failed.map { $0 != rejected } ?? false || reading.hasConflict
        let isWhole = success == true || !counts.isEmpty || isAcceptedStatus
        return (0..<size).map { index in
            if let rejection = reading.rejected[index] { return .rejected(rejection) }
            if isContradictory { return .unproven }
            return isWhole || reading.accepted.contains(index) ? .delivered : .unproven
        }
    }

    /// What the entries say so far.
    private struct Reading {
        let size: Int
        var rejected: [Int: Rejection] = [:]
        var accepted: Set<Int> = []
        /// An entry that matches no single member.
        var hasStray = false
        var hasConflict: Bool { accepted.contains { rejected[$0] != nil } }
    }

    private func note(_ entry: JSONValue, isError: Bool, in reading: inout Reading) {
        guard let index = place(of: entry) else {
            reading.hasStray = true
            return
        }
        guard isError else {
            reading.accepted.insert(index)
            return
        }
        if reading.rejected[index] == nil { reading.rejected[index] = rejection(of: entry) }
    }

    private func rejection(of entry: JSONValue) -> Rejection {
        let error = entry["error"] ?? entry
        let code = error["code"]?.string ?? entry["code"]?.string ?? "rejected"
        let message = error["message"]?.string ?? entry["message"]?.string ?? error.string ?? ""
        return Rejection(code: code, message: message)
    }

    /// The one member that an entry is about; nil when its marks fit none, several, or contradict each other.
    private func place(of entry: JSONValue) -> Int? {
        var places: [Int] = []
        if let index = entry["index"]?.integer { places.append(index) }
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
        } && zip([member.externalID, member.anonymousID, member.email], identities).contains { own, named in
            named != nil && own == named
        }
    }
}
