/// A 404 in the shape of one user, which may mean the contact or the journey: the journey is read before it is judged.
struct DeferredAnswer: Sendable {
    var batch: Batch
    var response: Response
    var begunAt: Moment
    /// Whether the journey is being read.
    var isAsked = false
}

extension Scheduler {
    /// Keeps an answer that cannot be judged without knowing what the journey is; true when it is one.
    ///
    /// Its request counts as under way until then, so that there are never more of these than requests.
    mutating func keepUndecided(_ answer: Answer, to batch: Batch, begunAt: Moment) -> Bool {
        guard case .response(let response) = answer, Classifier.needsReading(response, to: batch) else { return false }
        undecided.append(DeferredAnswer(batch: batch, response: response, begunAt: begunAt))
        return true
    }

    /// Asks for each journey that answers wait for, one request for all of them, as far as the rate has room.
    ///
    /// While everything is paused nothing is asked: the journey is parked, and read when its time comes.
    mutating func askForJourneys(into plan: inout Plan, at now: Moment) throws {
        guard undecided.contains(where: { !$0.isAsked }) else { return }
        if doors.passage(.everything, at: now.wall) == .closed {
            if !doors.isHeldBriefly(at: now.wall) {
                try judge(undecided.filter { !$0.isAsked }, reading: .unreadable, at: now)
            }
            return
        }
        while let target = undecided.first(where: { !$0.isAsked })?.batch.target {
            guard rateLimiter.free(at: now.monotonic, atMost: 1) > 0 else { return }
            ask(1, in: &plan, at: now)
            for index in undecided.indices where undecided[index].batch.target == target {
                undecided[index].isAsked = true
            }
            plan.questions.append(target)
        }
    }

    /// Judges what waited for a journey's reading.
    mutating func absorb(_ report: JourneyReport, at target: Target, at now: Moment) throws {
        noteQuestion(report.response, isTrigger: false, at: now)
        try judge(undecided.filter { $0.isAsked && $0.batch.target == target }, reading: report.reading, at: now)
    }

    private mutating func judge(_ answers: [DeferredAnswer], reading: Response.JourneyReading, at now: Moment) throws {
        let ids = Set(answers.map(\.batch.id))
        undecided.removeAll { ids.contains($0.batch.id) }
        // What a stop has written down as unanswered stays so.
        for answer in answers where open.inFlight[answer.batch.id] != nil {
            var response = answer.response
            response.journey = reading
            try judge(.response(response), to: answer.batch, begunAt: answer.begunAt, at: now)
        }
    }
}
