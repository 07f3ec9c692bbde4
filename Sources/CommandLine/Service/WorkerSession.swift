import Delivery
import Deployment
import Foundation
import Logging
import SQLiteStore
import ServiceLifecycle
import Settings
import SpotzeeAPI

/// One worker's life: the lock, the services beside it, and a clean end.
struct WorkerSession {
    let options: ConfigurationOptions
    let logger: Logger

    /// Works until the drain is over or a signal says stop.
    ///
    /// Throws `AdoptionAwaited` for a drain of a database that a person has to decide about.
    func run(draining drain: Worker<SystemClock>.Drain? = nil) async throws -> DrainOutcome {
        let configuration = try options.load()
        let setup = try Setup(configuration)
        try SchemaCheck.require(database: configuration.database)
        let sender = setup.sender()
        let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let service = WorkerService(
            configuration, draining: drain,
            open: { try await open(configuration, notifier, drain) },
            employ: { try employ(setup, $1, $0, sender, notifier) })
        do {
            try await ServiceGroup(configuration: group(service, setup, notifier)).run()
        } catch {
            try await sender.shutdown()
            guard error as? StoreError == .replaced else { throw error }
            logger.critical("database_replaced", metadata: ["path": "\(configuration.database)"])
            throw Failure.replaced(configuration.database)
        }
        try await sender.shutdown()
        return service.outcome ?? .stopped
    }

    /// Waits for the lock, a drain within its timeout, and for a person where one has to decide, which a drain does not.
    private func open(
        _ configuration: Configuration, _ notifier: ServiceNotifier, _ drain: Worker<SystemClock>.Drain?
    ) async throws -> WorkerService.Opening {
        let lock: WorkerLock
        do {
            let deadline = drain.map { ContinuousClock.now + $0.timeout }
            lock = try await Standby(forDatabase: configuration.database, until: deadline).take(
                onWait: { path, holder in
                    logger.notice("standby", metadata: ["holder": "\(holder)", "lock": "\(path)"])
                    notifier.standBy(holder: holder)
                }, onLook: notifier.feed)
        } catch let failure as WorkerLock.Failure {
            throw Failure.temporary(failure.description)
        }
        // The schema and the file may have changed while this worker stood by.
        try SchemaCheck.require(database: configuration.database)
        let admission = Admission(configuration: configuration, logger: logger, notifier: notifier)
        let (binding, folders) = try await admission.admit(waits: drain == nil)
        return WorkerService.Opening(lock: lock, binding: binding, folders: folders)
    }

    private func employ(
        _ setup: Setup, _ configuration: Configuration, _ opening: WorkerService.Opening, _ sender: SpotzeeSender,
        _ notifier: ServiceNotifier
    ) throws -> WorkerService.Employment {
        let ledger = Ledger(opening.binding, in: opening.folders, retention: configuration.retention) { failure in
            logger.error("ledger_failed", metadata: ["reason": "\(failure)"])
        }
        let store = try setup.store(renewing: ledger.renew)
        var ends: (store: any OutboxStore, sender: any BatchSender) = (store, sender)
        #if DEBUG
            let environment = ProcessInfo.processInfo.environment
            if let halting = HaltingStages(environment: environment, store: ends.store, sender: ends.sender) {
                ends = (halting, halting)
            }
        #endif
        let log = EventLog(logger: logger)
        let worker = Worker(
            configuration: WorkerConfiguration(configuration), store: LedgeredStore(ends.store, ledger: ledger),
            sender: ends.sender, commits: store.commits(), clock: SystemClock(),
            lookInterval: notifier.lookInterval,
            observe: { event in
                log.note(event)
                notifier.note(event)
            })
        return WorkerService.Employment(worker: worker, ledger: ledger)
    }

    private func group(
        _ service: WorkerService, _ setup: Setup, _ notifier: ServiceNotifier
    ) -> ServiceGroupConfiguration {
        let keyWatch = APIKeyWatch(
            source: setup.configuration.api.key, keys: setup.keys, logger: logger, onChange: service.keysChanged)
        let signals = SignalService(
            onStop: service.stop,
            onReload: {
                notifier.reloading()
                keyWatch.look()
                Reload(options: options, logger: logger).apply(to: service)
                notifier.reloaded()
            })
        var quiet = logger
        quiet.logLevel = .critical
        return ServiceGroupConfiguration(
            services: [
                .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: signals, successTerminationBehavior: .ignore),
                .init(service: keyWatch, successTerminationBehavior: .ignore),
            ], logger: quiet)
    }
}
