/// What is kept of an answer for the person on call.
public struct AnswerRecord: Sendable, Equatable, Codable {
    public var status: Int?
    public var code: String?
    public var message: String?
    public var requestID: String?

    /// The answer as the batch row lists it: one JSON object.
    public func text(attempt: Int, at time: WallTime) -> String {
        var text: [UInt8] = []
        text.append(ascii: "{\"attempt\":")
        text.append(integer: Int64(attempt))
        text.append(ascii: ",\"at\":")
        text.append(integer: time.milliseconds)
        text.append(ascii: ",\"status\":")
        text.append(integer: status.map(Int64.init))
        for (name, value) in [
            (",\"code\":" as StaticString, code), (",\"message\":", message), (",\"request_id\":", requestID),
        ] {
            text.append(ascii: name)
            text.append(jsonString: value)
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}
