import Simulation

/// A small bug in the woven copy of the sources, as scripts/mutants reads it from its file.
struct Mutant: Sendable {
    let name: String
    let sentence: String
    /// Cases of the simulation's enumeration: what a run has much of, so that the bug has an occasion to show. The
    /// checker does not know the mutant.
    let tilts: [String]
    /// The scenario that shows the mutant, where no run of the simulation can.
    let scenario: String?
    /// Another than 1 where the run of a seed would take minutes.
    let firstSeed: UInt64

    func chosenTilts() throws -> Set<Tilt> {
        Set(
            try tilts.map { tilt in
                guard let known = Tilt(rawValue: tilt) else { throw UnknownTilt(mutant: name, tilt: tilt) }
                return known
            })
    }
}

/// A mutant's file names a tilt that the simulation does not have.
struct UnknownTilt: Error {
    let mutant: String
    let tilt: String
}
