import Delivery

/// What the log calls a scope; the command line says it beside what `status` prints, which the copy does without.
extension Pause.Scope {
    var name: String { text }
}
