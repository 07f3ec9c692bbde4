import Delivery

/// An API that takes everything at once.
struct NullSender: BatchSender {
    func send(_ batch: Batch) async -> Answer {
        .response(
            Response(
                status: 200, contentType: "application/json", requestID: "req_0",
                body: Array(#"{"success":true}"#.utf8)))
    }

    func read(journey target: Target) async -> JourneyReport { JourneyReport(reading: .live) }
    func sendWithoutEffect(key: String, target: Target) async -> Answer { .silence(reason: "nothing is sent") }
    var apiKeyFingerprints: [String] { ["benchmark"] }
}
