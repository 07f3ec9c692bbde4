/// One state of the model: the API, what is under way, and what the worker knows.
struct KeyState: Sendable, Hashable {
    /// What the API holds for the key and the request.
    enum Saved: UInt8, Hashable { case nothing, running, accepted, refused }
    enum Ending: UInt8, Hashable { case open, delivered, free, inDoubt, answerWithheld }

    // MARK: The API

    var saved = Saved.nothing
    /// What it holds for the harmless body under the key. Where bodies are compared, only one of the two is held.
    var isHarmlessSaved = false
    /// The harmless bytes changed with a restart, and the API holds others.
    var isOtherHarmlessSaved = false
    var isRememberedBelow = false
    var effects: UInt8 = 0
    var hasLost = false
    /// Whether the request has ever run at the API.
    var hasReachedAPI = false
    /// Whether the running request belongs to the attempt that the worker waits for.
    var isRunningCurrent = false
    /// A second request that runs because the API forgot that the first was in progress.
    var extraRunning: UInt8 = 0

    // MARK: Under way

    /// Copies of the request from attempts that are over for the worker.
    var oldCopies: UInt8 = 0
    /// Copies of the harmless body from questions that are over for the worker.
    var oldHarmless: UInt8 = 0
    /// Copies of the attempt that the worker waits for.
    var currentCopies: UInt8 = 0
    /// The body that the worker waits for an answer to; nil while it waits for none.
    var current: KeyBody?
    /// The answer of the API to the current attempt, when it has one.
    var answer: KeyAnswer?
    var copiesMade: UInt8 = 0

    // MARK: The worker

    var facts = KeyFacts()
    var ending = Ending.open
    var hasCrashed = false
    /// Whether the current harmless bytes differ from those that were sent first.
    var hasOtherBytes = false
}
