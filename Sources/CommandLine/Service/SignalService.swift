import Foundation
import ServiceLifecycle
import UnixSignals

/// Handles signals: SIGTERM and SIGINT stop the worker, a second one exits at once, SIGHUP reloads.
struct SignalService: Service {
    /// Called when signals are trapped, so that they no longer end the process by default.
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
