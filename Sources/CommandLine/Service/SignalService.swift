import Foundation
import ServiceLifecycle
import UnixSignals

/// Turns signals into what an administrator means by them: stop, stop now, reload.
struct SignalService: Service {
    /// Called once a signal can no longer end the process by itself.
    let onListening: @Sendable () -> Void
    let onStop: @Sendable () -> Void
    let onReload: @Sendable () -> Void

    func run() async throws {
        var isStopping = false
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        onListening()
        for await signal in signals.cancelOnGracefulShutdown() {
            if signal == .sighup {
                onReload()
            } else {
                if isStopping { _exit(128 + signal.rawValue) }
                isStopping = true
                onStop()
            }
        }
    }
}
