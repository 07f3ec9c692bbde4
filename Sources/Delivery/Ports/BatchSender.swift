/// The API, as the worker sees it: HTTP is on the other side of this seam.
public protocol BatchSender: Sendable {
    /// Sends a frozen request once and returns whatever came of it; never throws, since silence is an answer too.
    ///
    /// Only called for a batch whose attempt has been committed. Redirects are not followed, and the response is read up
    /// to a limit.
    func send(_ batch: Batch) async -> Answer

    /// Asks what a journey is, without any effect.
    func read(journey: Target) async -> JourneyReport

    /// Sends a trigger that can have no effect (no users) under the given key.
    func sendWithoutEffect(key: String, target: Target) async -> Answer

    /// The fingerprints of the API keys at hand, the current one first.
    var apiKeyFingerprints: [String] { get }
}
