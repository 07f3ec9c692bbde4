import Delivery

/// Measures the duration of requests.
struct MeasuredSender: BatchSender {
    let sender: any BatchSender
    let metrics: WorkerMetrics

    func send(_ batch: Batch) async -> Answer {
        let start = ContinuousClock.now
        let answer = await sender.send(batch)
        metrics.noteRequest(answer, took: ContinuousClock.now - start)
        return answer
    }

    func read(journey: Target) async -> JourneyReport { await sender.read(journey: journey) }
    func sendWithoutEffect(key: String, target: Target) async -> Answer {
        await sender.sendWithoutEffect(key: key, target: target)
    }
    var apiKeyFingerprints: [String] { sender.apiKeyFingerprints }
}
