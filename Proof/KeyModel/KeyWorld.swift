/// What an API, and what stands in front of it, may be. The documents leave the first group open. The second group breaks
/// an assumption, and shows that it is needed.
public struct KeyWorld: Sendable, Hashable {
    /// Whether keys have an effect at all.
    public var isEnforced = true
    /// Whether a request that fails validation keeps its key and answer.
    public var savesRefusals = true
    /// Whether a request is validated before its key is looked up.
    public var validatesFirst = false
    /// Whether another body under a known key is refused as a mismatch. If not, each body has an answer of its own.
    public var comparesBodies = true
    /// Whether an edge's 3xx or 4xx may be given while the request is still under way to the API, or still runs.
    public var edgesOvertake = true
    /// How many times proxies may send a copy of their own in one run.
    public var copiesMax: UInt8 = 1

    /// An operator orders that the key is asked, whatever has answered.
    public var isOrdered = false
    /// The API loses a saved answer.
    public var loses = false
    /// An own 5xx may have had its effect, which the API remembers below its cache.
    public var remembersBelow = false
    /// An edge may put a 3xx or 4xx in the place of an own 5xx.
    public var edgesHideErrors = false
    /// Keys expire while the batch is asked about.
    public var expires = false
    /// A proxy delivers the first copy's answer, and lets the other copy go on.
    public var hedges = false
    /// The API forgets that a key is in progress while its request still runs.
    public var forgetsProgress = false

    public init() {}

    /// Every world that keeps the assumptions.
    public static var honest: [KeyWorld] {
        var worlds: [KeyWorld] = []
        for bits in 0..<16 {
            var world = KeyWorld()
            world.savesRefusals = bits & 1 == 0
            world.validatesFirst = bits & 2 != 0
            world.comparesBodies = bits & 4 == 0
            world.isOrdered = bits & 8 != 0
            worlds.append(world)
        }
        var ignoring = KeyWorld()
        (ignoring.isEnforced, ignoring.copiesMax) = (false, 0)
        worlds.append(ignoring)
        ignoring.isOrdered = true
        worlds.append(ignoring)
        // Where an effect may be remembered below the cache, an edge's 4xx must not hide the API's 5xx, and must not
        // come before the request has ended.
        for bits in 0..<4 {
            var below = KeyWorld()
            below.savesRefusals = bits & 1 == 0
            below.validatesFirst = bits & 2 != 0
            (below.remembersBelow, below.edgesOvertake) = (true, false)
            worlds.append(below)
        }
        return worlds
    }

    public var name: String {
        var words = [
            isEnforced ? "keys enforced" : "keys ignored", savesRefusals ? "refusals saved" : "refusals not saved",
            validatesFirst ? "validated first" : "key looked up first",
        ]
        for (isSet, word) in [
            (!comparesBodies, "bodies not compared"), (isOrdered, "ordered"), (loses, "loses answers"),
            (remembersBelow, "remembers below the cache"), (edgesHideErrors, "edges hide errors"),
            (expires, "keys expire"), (!edgesOvertake, "edges answer last"), (hedges, "hedging proxy"),
            (forgetsProgress, "forgets progress"),
        ] where isSet { words.append(word) }
        return words.joined(separator: ", ")
    }
}
