/// What is known of the answer to a request, found out once and handed to each part of the scheduler in turn.
struct AnswerFacts {
    let answer: Answer
    let batch: Batch
    let verdict: Verdict
    let outcome: RequestOutcome
    let begunAt: Moment
    let now: Moment
    /// The request belongs to an API key, a URL or a version that is not the current one.
    let isForeign: Bool
    /// The answer refuses an API key that was replaced since.
    let isRetiredKey: Bool

    init(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment, isForeign: Bool, isCurrentKey: Bool) {
        self.answer = answer
        self.batch = batch
        self.begunAt = begunAt
        self.now = now
        self.isForeign = isForeign
        verdict = Classifier().judge(answer, to: batch, at: now.wall)
        outcome = RequestOutcome(of: verdict)
        isRetiredKey = verdict.refusesEverything && verdict.record.status == 401 && !isCurrentKey
    }

    var response: Response? {
        if case .response(let response) = answer { response } else { nil }
    }
}

extension Verdict {
    /// Whether the API refuses every request of this key, URL or version.
    var refusesEverything: Bool {
        if case .refusedForAll = finding { true } else { false }
    }
}
