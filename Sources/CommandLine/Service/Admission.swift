import Delivery
import Deployment
import Foundation
import Logging
import PlainText
import SQLiteStore
import Settings

/// Lets a worker begin only on the database it belongs to; called with the worker's lock in hand.
struct Admission {
    let configuration: Configuration
    let logger: Logger
    let notifier: ServiceNotifier

    /// Returns what is known of the database once it is bound, after a person has adopted it if need be.
    ///
    /// - Parameter waits: whether a person's word is waited for; else `AdoptionAwaited` is thrown.
    /// - Throws: `CancellationError` when the task is cancelled while waiting, and exit 78 for another's database.
    func admit(waits: Bool) async throws -> (Binding, StateFolders) {
        let look = try RecognitionLook(configuration)
        let identity = try OutboxIdentity(path: configuration.database)
        let (commits, commit) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var held: AdoptionNeed?
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await identity.commits().watch { commit.yield() } }
            while true {
                let verdict = try await patiently { try look.recognise(identity) }
                if case .adopt(let need) = verdict {
                    if need.cause != held?.cause || need.mark != held?.mark { try await hold(need, identity) }
                    held = need
                    guard waits else { throw AdoptionAwaited() }
                    try await nextCommit(commits, of: identity)
                } else {
                    return (try await bind(verdict, look, identity), look.folders)
                }
            }
        }
    }

    private func bind(
        _ verdict: IdentityVerdict, _ look: RecognitionLook, _ identity: OutboxIdentity
    ) async throws -> Binding {
        let binding = try await patiently { try Binder(look: look, identity: identity).bind(verdict) }
        guard let binding else {
            guard case .refused(let directory) = verdict else { throw AdoptionAwaited() }
            throw Failure.configuration(
                """
                this database is served with the state directory \(directory), and this command runs with \
                \(look.site.stateDirectory): run it as the service's user with its configuration, or set state_dir; \
                to move the state directory, stop the worker and move \(directory) first
                """)
        }
        logger.note(.databaseBound, [.uuid: binding.uuid])
        return binding
    }

    /// Says what was seen, where people look: in the log, in `status` and at the service manager's.
    private func hold(_ need: AdoptionNeed, _ identity: OutboxIdentity) async throws {
        let open = try await patiently {
            try identity.hold(need, at: SystemClock().now().wall)
            return try identity.open(upTo: need.mark)
        }
        logger.note(
            .adoptionNeeded, [.cause: need.pauseCause, .perhapsDelivered: open, .seen: "\(need.sight)"])
        notifier.awaitAdoption("\(need.pauseCause): \(need.sight)")
    }

    /// Waits until somebody commits, and says meanwhile that it lives.
    private func nextCommit(_ commits: AsyncStream<Void>, of identity: OutboxIdentity) async throws {
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

    /// Somebody else may hold the database for long; nothing is lost by waiting.
    private func patiently<Value>(_ call: () throws -> Value) async throws -> Value {
        while true {
            do {
                return try call()
            } catch StoreError.busy {
                notifier.feed()
                logger.note(.databaseBusy)
                try await Task.sleep(for: .milliseconds(500))
            } catch let failure as StateFailure {
                throw Failure.configuration("\(failure)")
            }
        }
    }
}

/// A person has to say what becomes of the database before anything is sent.
struct AdoptionAwaited: Error {}
