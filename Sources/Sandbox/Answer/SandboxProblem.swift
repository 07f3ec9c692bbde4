/// A refusal, which is sent as a problem document (RFC 9457, which replaced RFC 7807).
struct SandboxProblem: Error, Sendable, Equatable {
    /// One invalid field of the body.
    struct InvalidField: Error, Sendable, Equatable {
        /// The dotted path of the field, such as `users[3].email`.
        var param: String
        var code: String
        var message: String

        init(_ param: String, _ code: String, _ message: String) {
            self.param = param
            self.code = code
            self.message = message
        }
    }

    var status: Int
    var code: String
    var message: String
    var param: String?
    var errors: [InvalidField]

    init(_ status: Int, _ code: String, _ message: String, param: String? = nil, errors: [InvalidField] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.errors = errors
    }

    static func invalidFormat(_ param: String, _ message: String) -> SandboxProblem {
        SandboxProblem(400, "parameter_invalid_format", message, param: param)
    }

    static func invalidFields(_ fields: [InvalidField]) -> SandboxProblem {
        SandboxProblem(422, "validation_failed", "Some fields are not valid.", errors: fields)
    }

    static func unauthenticated(_ message: String) -> SandboxProblem {
        SandboxProblem(401, "authentication_required", message)
    }

    /// The JSON text of the document.
    ///
    /// - Parameter hasNumericCode: whether `code` is a number without meaning, as in the documents of old API releases.
    func json(requestID: String, hasNumericCode: Bool = false) -> String {
        let shownCode = hasNumericCode ? String(1000 + status) : JSONWriter.string(code)
        var members = [
            ("status", JSONWriter.string("error")), ("code", shownCode), ("title", JSONWriter.string(title)),
            ("message", JSONWriter.string(message)), ("error", JSONWriter.string(message)),
            ("type", JSONWriter.string("https://docs.spotzee.com/errors/\(code)")),
            ("request_id", JSONWriter.string(requestID)),
        ]
        if let param {
            members.append(("param", JSONWriter.string(param)))
        }
        if !errors.isEmpty {
            members.append(("errors", JSONWriter.array(errors.map(SandboxProblem.json))))
        }
        return JSONWriter.object(members)
    }

    private var title: String {
        let words = code.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func json(_ field: InvalidField) -> String {
        JSONWriter.object([
            ("param", JSONWriter.string(field.param)), ("code", JSONWriter.string(field.code)),
            ("message", JSONWriter.string(field.message)),
        ])
    }
}
