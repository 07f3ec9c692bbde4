/// The port to the API: everything that concerns HTTP is behind this protocol.
///
/// No function throws: a request without an answer is a result too, and `Answer` says whether any byte left. A response
/// is read up to a limit, and redirects are not followed. Source: Spotzee API reference, release 2026-04-28.
public protocol BatchSender: Sendable {
    /// Sends a frozen request once and returns the answer.
    ///
    /// The worker calls this only after the attempt is committed. The request is sent under the API key with the
    /// batch's fingerprint; when that key is not at hand the result is `Answer.notSent`.
    func send(_ batch: Batch) async -> Answer

    /// Reads the status of a journey with a request that has no effect.
    ///
    /// Without a usable answer the reading is `unreadable`.
    func read(journey: Target) async -> JourneyReport

    /// Sends a trigger that has no effect, because it names no user, under the given idempotency key.
    func sendWithoutEffect(key: String, target: Target) async -> Answer

    /// The fingerprints of the API keys at hand; the first belongs to the current key.
    var apiKeyFingerprints: [String] { get }
}
