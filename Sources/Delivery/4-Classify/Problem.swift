/// An error that the API itself reports, as opposed to an error of a proxy in front of it.
///
/// Source: RFC 9457 (formerly RFC 7807), and the error catalogue of the Spotzee API reference.
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

    /// Reads the problem of a response; nil for HTML, for plain text, and for JSON without the marks of the API.
    ///
    /// A numeric `code` of an earlier version is ignored and the HTTP status is used instead, as the API reference says.
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

    /// Returns the code that the error catalogue has for a status, for a problem without a code.
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

    /// Whether a header of the request is the cause, and not a row of the batch.
    var concernsHeader: Bool {
        // The two 409 codes about a key name its header too, but the header is not the cause.
        if code == "idempotency_key_mismatch" || code == "idempotency_in_progress" { return false }
        let headers = ["spotzee-version", "idempotency-key", "authorization", "content-type"]
        return code.hasPrefix("version_") || code == "idempotency_key_invalid"
            || param.map { headers.contains($0.lowercased()) } ?? false
    }

    /// Returns the rows that the problem names, by their index in the request.
    func namedRows(shape: Shape, size: Int) -> [Int: Rejection] {
        var named: [Int: Rejection] = [:]
        let all = details + (param.map { [Detail(param: $0, code: nil, message: nil)] } ?? [])
        for detail in all {
            guard let row = shape.row(ofParam: detail.param), row < size, named[row] == nil else { continue }
            named[row] = Rejection(code: detail.code ?? code, message: detail.message ?? message)
        }
        return named
    }
}
