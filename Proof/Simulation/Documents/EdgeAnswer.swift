import Delivery

/// An answer of an edge or a proxy in front of the API: any status that the documents name for them, in HTML, as plain
/// JSON, or empty.
enum EdgeAnswer {
    static let statuses = [
        301, 303, 307, 400, 403, 404, 409, 413, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527,
    ]
    private static let objects = [
        #"{"error":"forbidden"}"#, #"{"code":"blocked","message":"This request was blocked."}"#,
        #"{"code":"waf_rule_17","message":"no"}"#, #"{"code":"resource_missing","message":"no route"}"#,
        #"{"message":"Bad Gateway"}"#, #"{"status":"error","message":"upstream"}"#,
    ]

    static func draw(_ random: inout PRNG, date: String, status: Int? = nil) -> Response {
        let status = status ?? (random.chance(0.04) ? 200 : random.pick(statuses))
        // An edge that answers 200 shows a page, such as a login.
        let form = status == 200 ? 0 : random.below(4)
        let id = random.chance(0.3) ? "edge-\(random.below(1000))" : nil
        let date = random.chance(0.8) ? date : nil
        switch form {
        case 0, 1:
            return Response(
                status: status, contentType: "text/html", requestID: id, date: date,
                body: Array("<html><h1>\(status)</h1></html>".utf8))
        case 2:
            return Response(
                status: status, contentType: "application/json", requestID: id, date: date,
                body: Array(random.pick(objects).utf8))
        default: return Response(status: status, requestID: id, date: date)
        }
    }
}
