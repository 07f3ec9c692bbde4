/// An error of the API's own making (RFC 7807), told apart from what an edge in front of it says.
struct Problem: Equatable {
    struct Detail: Equatable {
        var param: String
        var code: String?
        var message: String?
    }

    var code: String
    var message: String
    var param: String?
    var details: [Detail]

    /// The problem a response carries; nil for HTML, for text, and for JSON that lacks the API's marks.
    ///
    /// An old numeric `code` is ignored in favour of the HTTP status, as the API's reference asks.
    init?(_ response: Response) {
        guard response.isComplete, response.contentType.contains("json"), let json = JSONValue.read(response.body)
        else { return nil }
        guard json["status"]?.string == "error" || json["code"]?.string != nil else { return nil }
        code =
            json["code"]?.string.map { $0.clipped(toBytes: Rejection.codeBytesMax) }
            ?? Self.code(ofStatus: response.status)
        message = json["message"]?.string ?? json["title"]?.string ?? json["error"]?.string ?? ""
        param = json["param"]?.string
        details = (json["errors"]?.array ?? []).compactMap { entry in
            guard let param = entry["param"]?.string else { return nil }
            return Detail(param: param, code: entry["code"]?.string, message: entry["message"]?.string)
        }
    }

    /// What a status says when the code does not: the catalogue's one code for it.
    private static func code(ofStatus status: Int) -> String {
        switch status {
        case 401: "authentication_required"
        case 402: "quota_exceeded"
        case 403: "permission_denied"
        case 404: "resource_missing"
        case 422: "validation_failed"
        default: "http_\(status)"
        }
    }

    /// Whether a header is at fault, which no row of the batch can help.
    var concernsHeader: Bool {
        // The 409s about a key name its header too, and are no fault of it.
        if code == "idempotency_key_mismatch" || code == "idempotency_in_progress" { return false }
        let headers = ["spotzee-version", "idempotency-key", "authorization", "content-type"]
        return code.hasPrefix("version_") || code == "idempotency_key_invalid"
            || param.map { headers.contains($0.lowercased()) } ?? false
    }

    /// The rows that the problem names, by their place in the request.
    func namedRows(shape: Shape, size: Int) -> [Int: Rejection] {
        var named: [Int: Rejection] = [:]
        let all = details + (param.map { [Detail(param: $0, code: nil, message: nil)] } ?? [])
        for detail in all {
            guard let row = shape.row(ofParam: detail.param), row < size, named[row] == nil else { continue }
            named[row] = Rejection(
                code: detail.code ?? code, message: detail.message ?? message)
        }
        return named
    }
}
