import Delivery
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
    func run(draining drain: Worker<SystemClock>.Drain? = nil) async throws -> DrainOutcome {
        let configuration = try options.load()
        let setup = try Setup(configuration)
        try SchemaCheck.require(database: configuration.database)
        let lock = try setup.lock()
        let sender = setup.sender()
        let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let worker = try worker(setup, sender, notifier)
        let service = WorkerService(worker: worker, drain: drain)
        do {
            try await ServiceGroup(configuration: group(service, setup, notifier)).run()
        } catch {
            try await sender.shutdown()
            guard error as? StoreError == .replaced else { throw error }
            logger.critical("database_replaced", metadata: ["path": "\(configuration.database)"])
            throw Failure.replaced(configuration.database)
        }
        try await sender.shutdown()
        withExtendedLifetime(lock) {}
        return service.outcome ?? .stopped
    }

    private func worker(
        _ setup: Setup, _ sender: SpotzeeSender, _ notifier: ServiceNotifier
    ) throws -> Worker<SystemClock> {
        let store = try setup.store()
        var ends: (store: any OutboxStore, sender: any BatchSender) = (store, sender)
        #if DEBUG
            let environment = ProcessInfo.processInfo.environment
            if let halting = HaltingStages(environment: environment, store: ends.store, sender: ends.sender) {
                ends = (halting, halting)
            }
        #endif
        let log = EventLog(logger: logger)
        return Worker(
            configuration: WorkerConfiguration(setup.configuration), store: ends.store, sender: ends.sender,
            commits: store.commits(), clock: SystemClock(),
            lookInterval: notifier.lookInterval,
            observe: { event in
                log.note(event)
                notifier.note(event)
            })
    }

    private func group(
        _ service: WorkerService, _ setup: Setup, _ notifier: ServiceNotifier
    ) -> ServiceGroupConfiguration {
        let worker = service.worker
        let keyWatch = APIKeyWatch(
            source: setup.configuration.api.key, keys: setup.keys, logger: logger, onChange: worker.keysChanged)
        let signals = SignalService(
            onStop: worker.stop,
            onReload: {
                notifier.reloading()
                keyWatch.look()
                reload(worker)
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

    /// Reads the configuration again; an invalid one is refused and the old one stays.
    private func reload(_ worker: Worker<SystemClock>) {
        do {
            let configuration = try Configuration.load(
                file: options.config, database: options.database, environment: .process)
            worker.reconfigure(WorkerConfiguration(configuration))
            logger.notice("configuration_reloaded")
        } catch {
            logger.error("configuration_refused", metadata: ["reason": "\(error)"])
        }
    }
}
