import Foundation

/// What the preloaded library `Proof/ProcessFaults` does to a worker. Its header defines the stages.
enum ProcessFault: Sendable {
    enum Stage: String, CaseIterable, Sendable {
        case claiming, frozen, answered, settled
    }

    /// The worker stops when it reaches the stage for the n-th time.
    case stop(at: Stage, visit: Int = 1)
    /// The worker is killed when a request with this text in it is answered.
    case kill(answering: String)

    struct MissingLibrary: Error {
        let path: String
    }

    /// The variables that cause it. The loader would only warn of a library that is missing.
    func environment() throws -> [String: String] {
        let path = ChildProcess.built("libProcessFaults.so")
        guard FileManager.default.fileExists(atPath: path) else { throw MissingLibrary(path: path) }
        let (variable, value) =
            switch self {
            case .stop(let stage, let visit): ("PROCESS_FAULTS_STOP", "\(stage.rawValue):\(visit)")
            case .kill(let text): ("PROCESS_FAULTS_KILL", text)
            }
        return ["LD_PRELOAD": path, variable: value]
    }
}
