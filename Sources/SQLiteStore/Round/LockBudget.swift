/// How long a round holds the write lock, and how long the lock is then left to other writers.
///
/// A producer that meets the lock looks again after 1, 3 and 8 ms (sqlite.org/c3ref/busy_timeout.html). A round that is
/// over by then, and a rest that lasts until the look after it, let the producer in within a few milliseconds. Without
/// other writers rounds are as long as there is work for, since each writes pages that the next one writes again.
struct LockBudget: Sendable {
    /// Claims of a round without other writers.
    static let claimMaxAlone: Duration = .milliseconds(25)
    static let restAlone: Duration = .milliseconds(1)
    /// Claims of a round beside other writers, unless the disk is slow: then they may take as long as a commit, which
    /// is most of what other writers wait for.
    static let claimMaxShared: Duration = .microseconds(500)
    static let slowCommit: Duration = .milliseconds(5)
    static let restMin: Duration = .milliseconds(3)
    /// However slow the disk, the worker goes on after this.
    static let restMax: Duration = .milliseconds(50)

    var hasOtherWriters: Bool
    /// How long the latest commit took, fsync included.
    var commit: Duration

    /// When claims stop; the batch that is being claimed then is the round's last.
    var claimMax: Duration {
        guard hasOtherWriters else { return Self.claimMaxAlone }
        return commit < Self.slowCommit ? Self.claimMaxShared : min(Self.claimMaxAlone, commit)
    }

    /// - Parameter held: how long the round has held the lock.
    func rest(after held: Duration) -> Duration {
        hasOtherWriters ? min(Self.restMax, max(Self.restMin, held * 3 / 2)) : Self.restAlone
    }
}
