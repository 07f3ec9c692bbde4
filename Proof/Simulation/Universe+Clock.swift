/// The machine's one wall clock, as people and time servers step it.
extension Universe {
    /// Well below the retention, or records would rightly be gone before they are looked at.
    private static let offMax: Int64 = 2 * 86_400_000

    /// Under the workers that run: minutes, hours, or up to a day, in either direction.
    static let jumpClock: Errands.Errand = { universe in
        let longest = universe.dice.pick([120_000, 7_200_000, 86_400_000] as [Int64])
        var step = universe.dice.milliseconds(60_000...longest) * (universe.dice.chance(0.5) ? 1 : -1)
        let ahead = universe.clock.ahead
        if abs(ahead + step) > offMax { step = ahead > 0 ? -abs(step) : abs(step) }
        universe.stepClock(by: step)
        // Often it is set right again.
        guard universe.dice.chance(0.4) else { return }
        universe.plan(at: universe.agenda.now + universe.dice.milliseconds(0...30_000)) { [step] universe in
            if universe.isChaotic { universe.stepClock(by: -step) }
        }
    }

    func setClockBack() { stepClock(by: -dice.milliseconds(60_000...86_400_000)) }

    func stepClock(by step: Int64) {
        customs.noteStep(by: step, from: wall, at: agenda.now)
        clock.step(by: step)
    }

    /// How long what producers have scheduled may still wait, by the clock as it stands.
    var scheduledFor: Int64 {
        max(0, (producer.ledger.committed.values.compactMap(\.scheduledAt).max() ?? wall) - wall)
    }
}
