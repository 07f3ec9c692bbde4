import Delivery
import Synchronization

/// Resumes its caller with the first answer. Later answers have no effect.
final class PendingAnswer: Sendable {
    private let continuation: Mutex<CheckedContinuation<Answer, Never>?>

    init(_ continuation: CheckedContinuation<Answer, Never>) { self.continuation = Mutex(continuation) }

    func give(_ answer: Answer) { _ = giveFirst(answer) }

    /// Returns whether this was the first answer.
    func giveFirst(_ answer: Answer) -> Bool {
        guard let caller = continuation.withLock({ $0.take() }) else { return false }
        caller.resume(returning: answer)
        return true
    }
}
