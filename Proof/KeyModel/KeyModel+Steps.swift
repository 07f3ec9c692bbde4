/// The steps that are possible in a state.
extension KeyModel {
    typealias Step = (name: String, state: KeyState)

    func successors(of state: KeyState) -> [Step] {
        var steps: [Step] = []
        steps += arrivals(state) + ends(state) + breaches(state)
        guard state.ending == .open else { return steps }
        steps += state.current == nil ? decisions(state) : answers(state) + crash(state)
        return steps
    }

    // MARK: The worker

    private func decisions(_ state: KeyState) -> [Step] {
        switch rules.next(state.facts) {
        case .send:
            guard state.facts.sent < attemptsMax else { return [] }
            var sent = state
            sent.facts.sent += 1
            sent.facts.isQuiet = false
            return begun(sent, .request)
        case .ask:
            var asked = state
            asked.facts.asked += 1
            asked.facts.isBurned = true
            return begun(asked, .harmless)
        case .waitForQuiet:
            // Time passes until every copy has arrived and every request has ended.
            guard state.oldCopies == 0, state.saved != .running, state.extraRunning == 0 else { return [] }
            var quiet = state
            quiet.facts.isQuiet = true
            return [("no copy can be under way any more", quiet)]
        case let ending: return [ended(state, ending)]
        }
    }

    private func begun(_ state: KeyState, _ body: KeyBody) -> [Step] {
        var begun = state
        (begun.current, begun.currentCopies, begun.answer) = (body, 1, nil)
        var steps = [("the worker sends the \(body) body", begun)]
        if begun.copiesMade < world.copiesMax {
            begun.copiesMade += 1
            begun.currentCopies = 2
            steps.append(("the worker sends the \(body) body, and a proxy copies it", begun))
        }
        return steps
    }

    private func ended(_ state: KeyState, _ decision: KeyDecision) -> Step {
        var state = state
        switch decision {
        case .delivered: state.ending = .delivered
        case .free:
            // The rows travel on under a new key, and are entered at once: nothing is harder for the promise.
            state.ending = .free
            state.effects = min(2, state.effects + 1)
        case .answerWithheld: state.ending = .answerWithheld
        case .inDoubt, .send, .ask, .waitForQuiet: state.ending = .inDoubt
        }
        return ("the worker decides: \(decision)", state)
    }

    /// The worker process ends and another one takes over. What was not stored is forgotten.
    private func crash(_ state: KeyState) -> [Step] {
        guard !state.hasCrashed, let body = state.current else { return [] }
        var crashed = closed(state)
        crashed.hasCrashed = true
        if rules.dropped == .storedBody { crashed.hasOtherBytes.toggle() }
        if body == .request { crashed.facts.onlyEdgeRefusals = false }
        return [("the worker process is replaced", crashed)]
    }

    /// The state after the worker has stopped waiting: what is under way stays so.
    private func closed(_ state: KeyState) -> KeyState {
        var state = state
        if state.current == .request {
            state.oldCopies += state.currentCopies
        } else {
            state.oldHarmless += state.currentCopies
        }
        (state.current, state.currentCopies, state.answer, state.isRunningCurrent) = (nil, 0, nil, false)
        return state
    }

    // MARK: Answers

    private func answers(_ state: KeyState) -> [Step] {
        guard let body = state.current else { return [] }
        var steps: [Step] = []
        let isOut = state.currentCopies == 0 && !state.isRunningCurrent
        if let answer = state.answer, isOut || world.hedges {
            steps.append(taken(state, answer, body, "the API's answer arrives: \(answer)"))
        }
        // An own 5xx may be shown as an edge's 4xx only where edges hide errors.
        let isOvertaken = !isOut || state.answer == nil
        if world.edgesHideErrors || state.answer != .ownError && (world.edgesOvertake || !isOvertaken) {
            steps.append(taken(state, .edgeRefusal, body, "an edge answers 4xx"))
        }
        steps.append(taken(state, .edgeError, body, "an edge answers 5xx"))
        steps.append(taken(state, .silence, body, "no answer"))
        // The edge has kept the request from the API.
        if state.answer == nil, !state.isRunningCurrent {
            var stopped = state
            stopped.currentCopies = 0
            steps.append(taken(stopped, .edgeRefusal, body, "an edge refuses the request"))
        }
        if body == .harmless {
            steps.append(taken(state, .refusedInFront, body, "the API refuses before the cache"))
        }
        return steps
    }

    private func taken(_ state: KeyState, _ answer: KeyAnswer, _ body: KeyBody, _ name: String) -> Step {
        var next = closed(state)
        // With an own answer, every copy has arrived; hedging proxies break this.
        guard let decision = rules.after(answer, to: body, &next.facts) else { return (name, next) }
        let (text, end) = ended(next, decision)
        return ("\(name); \(text)", end)
    }

    // MARK: Arrivals

    private func arrivals(_ state: KeyState) -> [Step] {
        var steps: [Step] = []
        if state.currentCopies > 0, let body = state.current {
            var arrived = state
            arrived.currentCopies -= 1
            steps += processed(arrived, body, isCurrent: true)
        }
        if state.oldCopies > 0 {
            var arrived = state
            arrived.oldCopies -= 1
            steps.append(("a late copy of the request is lost", arrived))
            steps += processed(arrived, .request, isCurrent: false)
        }
        if state.oldHarmless > 0 {
            var arrived = state
            arrived.oldHarmless -= 1
            steps.append(("a late copy of the harmless body is lost", arrived))
            steps += processed(arrived, .harmless, isCurrent: false)
        }
        return steps
    }

    private func processed(_ state: KeyState, _ body: KeyBody, isCurrent: Bool) -> [Step] {
        let who = isCurrent ? "the \(body) body" : "a late copy of the \(body) body"
        func given(_ state: KeyState, _ answer: KeyAnswer) -> Step {
            var state = state
            if isCurrent { state.answer = answer }
            return ("\(who) arrives: \(answer)", state)
        }
        switch body {
        case .request: return requestArrived(state, isCurrent: isCurrent, who, given)
        case .harmless: return harmlessArrived(state, given)
        }
    }

    private func requestArrived(
        _ state: KeyState, isCurrent: Bool, _ who: String, _ given: (KeyState, KeyAnswer) -> Step
    ) -> [Step] {
        let isTaken = world.comparesBodies && (state.isHarmlessSaved || state.isOtherHarmlessSaved)
        if world.isEnforced, isTaken { return [given(state, .mismatch)] }
        switch state.saved {
        case .running where world.isEnforced:
            guard world.forgetsProgress, state.extraRunning == 0 else { return [given(state, .inProgress)] }
            var again = state
            again.extraRunning = 1
            return [given(state, .inProgress), ("\(who) runs beside the first", again)]
        case .accepted where world.isEnforced: return [given(state, .acceptedReplayed)]
        case .refused where world.isEnforced: return [given(state, .refusedReplayed)]
        default: break
        }
        if state.isRememberedBelow {
            var remembered = state
            remembered.saved = .accepted
            return [given(remembered, .accepted)]
        }
        guard state.saved != .running else { return [] }
        var running = state
        (running.saved, running.isRunningCurrent, running.hasReachedAPI) = (.running, isCurrent, true)
        return [("\(who) arrives and runs", running)]
    }

    private func harmlessArrived(_ state: KeyState, _ given: (KeyState, KeyAnswer) -> Step) -> [Step] {
        // Another API key is another scope: nothing is known there but this body.
        if rules.dropped == .sameSubject { return [given(state, state.facts.asked > 1 ? .refusedReplayed : .refused)] }
        guard world.isEnforced, !world.validatesFirst else { return [given(state, .refused)] }
        if state.hasOtherBytes ? state.isOtherHarmlessSaved : state.isHarmlessSaved {
            return [given(state, .refusedReplayed)]
        }
        if world.comparesBodies {
            if state.isHarmlessSaved || state.isOtherHarmlessSaved { return [given(state, .mismatch)] }
            switch state.saved {
            case .accepted, .refused: return [given(state, .mismatch)]
            case .running: return [given(state, .inProgress), given(state, .mismatch)]
            case .nothing: break
            }
        }
        var kept = state
        if world.savesRefusals {
            if state.hasOtherBytes { kept.isOtherHarmlessSaved = true } else { kept.isHarmlessSaved = true }
        }
        return [given(kept, .refused)]
    }

    // MARK: The end of a request at the API

    private func ends(_ state: KeyState) -> [Step] {
        var steps: [Step] = []
        if state.extraRunning > 0 {
            var ended = state
            ended.extraRunning = 0
            ended.effects = min(2, ended.effects + 1)
            steps.append(("the second request at the API has its effect", ended))
        }
        guard state.saved == .running else { return steps }
        func ended(_ saved: KeyState.Saved, _ answer: KeyAnswer, hasEffect: Bool, _ name: String) -> Step {
            var ended = state
            ended.saved = world.isEnforced ? saved : .nothing
            if hasEffect { ended.effects = min(2, ended.effects + 1) }
            if state.isRunningCurrent { ended.answer = answer }
            ended.isRunningCurrent = false
            return (name, ended)
        }
        steps.append(ended(.accepted, .accepted, hasEffect: true, "the request is entered"))
        steps.append(
            ended(world.savesRefusals ? .refused : .nothing, .refused, hasEffect: false, "the request is refused"))
        steps.append(ended(.nothing, .ownError, hasEffect: false, "the API fails without an effect"))
        if world.remembersBelow {
            var (name, below) = ended(.nothing, .ownError, hasEffect: true, "the API fails after the effect")
            below.isRememberedBelow = true
            name += ", and remembers it"
            steps.append((name, below))
        }
        return steps
    }

    /// What the API does against its promise or against an assumption.
    private func breaches(_ state: KeyState) -> [Step] {
        guard state.saved == .accepted || state.saved == .refused else { return [] }
        var forgotten = state
        forgotten.saved = .nothing
        if world.loses {
            var lost = forgotten
            lost.hasLost = true
            return [("the API loses the saved answer", lost)]
        }
        return world.expires || rules.dropped == .withinLifetime ? [("the key expires", forgotten)] : []
    }
}
