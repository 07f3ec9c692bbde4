import Delivery
import Sandbox

/// The sender of one process: its requests go over the simulated network, and the request checker examines each one.
struct SimulatedSender: BatchSender {
    let network: Network
    /// Replaces the network in a run in the weather of the documents.
    let documents: DocumentNetwork?
    let process: WorkerProcess
    let requestChecker: RequestChecker

    var apiKeyFingerprints: [String] { process.keys.fingerprints }

    func send(_ batch: Batch) async -> Answer {
        guard let secret = process.keys.secret(for: batch.apiKeyFingerprint) else {
            return .notSent(reason: "no key")
        }
        requestChecker.checkBatch(process, key: batch.key, journey: batch.journey, body: batch.body, at: network.now)
        let answer = await exchange(
            request("POST", "/journeys/\(batch.target.journey)/trigger", secret, key: batch.key, body: batch.body),
            url: batch.target.url)
        if case .response(let response) = answer, response.status == 429 {
            requestChecker.recordLimit(response.retryAfter, receivedBy: process, at: network.now)
        }
        return answer
    }

    func read(journey: Target) async -> JourneyReport {
        let question = request("GET", "/journeys/\(journey.journey)", process.keys.all[0], key: nil, body: [])
        let answer =
            if let documents { await documents.exchange(question, url: journey.url) } else {
                await network.exchange(question)
            }
        guard case .response(let response) = answer else {
            return JourneyReport(reading: .unreadable)
        }
        let text = String(decoding: response.body, as: UTF8.self)
        let reading: Response.JourneyReading =
            switch response.status {
            case 200 where documents != nil && !text.contains(#""status":""#): .unreadable
            case 200: text.contains(#""status":"live""#) ? .live : .notLive
            case 401, 403: .forbidden
            case 404: .missing
            default: .unreadable
            }
        return JourneyReport(reading: reading, response: response)
    }

    func sendWithoutEffect(key: String, target: Target) async -> Answer {
        let body = target.entrance == nil ? #"{"users":[]}"# : "{}"
        return await exchange(
            request(
                "POST", "/journeys/\(target.journey)/trigger", process.keys.all[0], key: key, body: Array(body.utf8)),
            url: target.url)
    }

    private func exchange(_ request: SandboxRequest, url: String) async -> Answer {
        requestChecker.recordTrigger(at: network.now)
        if let documents { return await documents.exchange(request, url: url) }
        return await network.exchange(request)
    }

    private func request(
        _ method: String, _ path: String, _ secret: String, key: String?, body: [UInt8]
    ) -> SandboxRequest {
        var headers = ["authorization": "Bearer \(secret)", "spotzee-version": "2026-04-28"]
        if let key {
            headers["idempotency-key"] = key
            headers["content-type"] = "application/json"
        }
        return SandboxRequest(method: method, path: "/api/client" + path, headers: headers, body: body)
    }
}
