/// What a request comes to when it arrives.
public enum SandboxBeginning: Sendable {
    /// It was answered at once, without an effect of its own: refused, replayed or a probe.
    case answered(SandboxReply)
    /// It was let in; the effect comes with `finish`.
    case running(SandboxRun)
}
