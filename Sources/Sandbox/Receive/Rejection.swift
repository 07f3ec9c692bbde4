/// One user turned away while the call itself is answered 2xx.
struct Rejection: Sendable, Equatable {
    /// The entry's place in the request.
    var index: Int
    var externalID: String?
    var anonymousID: String?
    var code: String
    var message: String

    /// The status of the same rejection when it is the whole request's answer.
    var status: Int {
        switch code {
        case "resource_missing": 404
        case "parameter_invalid_format": 400
        default: 422
        }
    }
}
