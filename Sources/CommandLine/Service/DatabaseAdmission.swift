import Delivery
import Deployment
import Foundation
import Logging
import Operation
import PlainText
import Settings

/// Admits a worker only to the database it belongs to. The caller holds the worker's lease.
struct DatabaseAdmission {
    let engine: any OutboxEngine
    let configuration: Configuration
    let logger: Logger
    let notifier: ServiceNotifier

    /// Returns the binding of the database, after the operator has adopted it where that is necessary.
    ///
    /// - Parameter waits: whether to wait for an adoption. Otherwise `AdoptionRequired` is thrown.
    /// - Throws: `CancellationError` when the task is cancelled while waiting, and exit 78 when the database is served
    ///   with another state directory.
    func admit(waits: Bool) async throws -> (Binding, StateFolders) {
        let inspection = try IdentityInspection(configuration, of: engine)
        let identity = try engine.identityStore()
        let (commits, commit) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var held: AdoptionNeed?
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await identity.commitSource().watch { commit.yield() } }
            while true {
                let verdict = try await patiently { try inspection.verdict(on: identity) }
                if case .adopt(let need) = verdict {
                    if need.cause != held?.cause || need.mark != held?.mark { try await hold(need, identity) }
                    held = need
                    guard waits else { throw AdoptionRequired() }
                    try await nextCommit(commits, of: identity)
                } else {
                    return (try await bind(verdict, inspection, identity), inspection.folders)
                }
            }
        }
    }

    private func bind(
        _ verdict: IdentityVerdict, _ inspection: IdentityInspection, _ identity: any IdentityStore
    ) async throws -> Binding {
        let binding = try await patiently { try Binder(inspection: inspection, identity: identity).bind(verdict) }
        guard let binding else {
            guard case .refused(let directory) = verdict else { throw AdoptionRequired() }
            throw CommandFailure.configuration(
                """
                this database is served with the state directory \(directory), and this command runs with \
                \(inspection.site.stateDirectory): run it as the service's user with its configuration, or set state_dir; \
                to move the state directory, stop the worker and move \(directory) first
                """)
        }
        logger.note(.databaseBound, [.uuid: binding.uuid])
        return binding
    }

    /// Reports the need in the log, in the database for `status`, and to the service manager.
    private func hold(_ need: AdoptionNeed, _ identity: any IdentityStore) async throws {
        let open = try await patiently {
            try identity.hold(need, at: SystemClock().now().wall)
            return try identity.open(upTo: need.mark)
        }
        logger.note(
            .adoptionNeeded, [.cause: need.pauseCause.text, .perhapsDelivered: open, .seen: "\(need.sight)"])
        notifier.awaitAdoption("\(need.pauseCause): \(need.sight)")
    }

    /// Waits for the next commit of another connection, and feeds the watchdog meanwhile.
    private func nextCommit(_ commits: AsyncStream<Void>, of identity: any IdentityStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in commits { return } }
            group.addTask { [notifier] in
                while true {
                    notifier.feed()
                    try identity.requireItsPlace()
                    try await Task.sleep(for: .seconds(1))
                }
            }
            try await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    /// Repeats a call while another connection holds the database. Waiting loses nothing.
    private func patiently<Value>(_ call: () throws -> Value) async throws -> Value {
        while true {
            do {
                return try call()
            } catch StoreError.busy {
                notifier.feed()
                logger.note(.databaseBusy)
                try await Task.sleep(for: .milliseconds(500))
            } catch let failure as StateFailure {
                throw CommandFailure.configuration("\(failure)")
            }
        }
    }
}

/// The operator has to adopt the database before anything is sent.
struct AdoptionRequired: Error {}
