import ArgumentParser

/// How much is measured.
enum Scale: String, CaseIterable, ExpressibleByArgument {
    /// A few minutes.
    case quick
    /// Backlogs of a million rows.
    case normal
    /// Backlogs of ten million rows; 20 GB of disk and an hour.
    case full

    /// What a drain empties.
    var rows: Int { self == .quick ? 200_000 : 1_000_000 }
    /// The large backlog.
    var manyRows: Int { self == .full ? 10_000_000 : 1_000_000 }
    /// The small one it is held against.
    var fewRows: Int { 100_000 }
    /// Rounds of each pair.
    var rounds: Int { self == .quick ? 3 : 5 }
    /// How long a pace is kept for.
    var seconds: Int { self == .quick ? 10 : 20 }
}
