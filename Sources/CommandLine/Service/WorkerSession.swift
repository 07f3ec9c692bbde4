import Delivery
import Deployment
import Foundation
import Logging
import PlainText
import SQLiteStore
import ServiceLifecycle
import Settings
import SpotzeeAPI

/// One worker's life: the lock, the services beside it, and a clean end.
struct WorkerSession {
    let options: ConfigurationOptions
    let log: LogOptions
    /// Where metrics and health are served; nil means nowhere.
    var http: ListenAddress?
    /// Who else wants to know what happens.
    private let observe: @Sendable (WorkerEvent) -> Void
    private let logger: Logger

    init(
        options: ConfigurationOptions, log: LogOptions, http: ListenAddress? = nil,
        observe: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
    ) {
        self.options = options
        self.observe = observe
        self.log = log
        self.http = http
        logger = log.logger()
    }

    /// Works until the drain is over or a signal says stop.
    ///
    /// Throws `AdoptionAwaited` for a drain of a database that a person has to decide about.
    func run(draining drain: Worker<SystemClock>.Drain? = nil) async throws -> DrainOutcome {
        let configuration = try options.load()
        let setup = try Setup(configuration)
        let observation = Observation(
            http: http, environment: ProcessInfo.processInfo.environment,
            log: EventLog(logger: logger, contacts: log.contacts(setup)))
        let notifier = observation.notifier
        let foothold = Foothold()
        foothold.take(try SchemaCheck.require(database: configuration.database, isBusy: notifier.noteBusyStart))
        let sender = setup.sender()
        let service = WorkerService(
            configuration, draining: drain,
            open: { try await open(configuration, notifier, drain, foothold) },
            employ: {
                defer { foothold.letGo() }
                return try employ(setup, $1, $0, sender, observation)
            })
        do {
            try await ServiceGroup(configuration: group(service, setup, observation)).run()
        } catch {
            try await sender.shutdown()
            guard error as? StoreError == .replaced else { throw error }
            logger.note(.databaseReplaced, [.path: configuration.database])
            throw Failure.replaced(configuration.database)
        }
        try await sender.shutdown()
        // A worker that was told to stop has said so itself.
        if service.outcome != .stopped { observation.note(.stopped) }
        return service.outcome ?? .stopped
    }

    /// Waits for the lock, a drain within its timeout, and for a person where one has to decide, which a drain does not.
    private func open(
        _ configuration: Configuration, _ notifier: ServiceNotifier, _ drain: Worker<SystemClock>.Drain?,
        _ foothold: Foothold
    ) async throws -> WorkerService.Opening {
        let lock: WorkerLock
        do {
            let deadline = drain.map { ContinuousClock.now + $0.timeout }
            lock = try await Standby(forDatabase: configuration.database, until: deadline).take(
                onWait: { path, holder in
                    foothold.letGo()
                    logger.note(.standby, [.holder: holder, .lock: path])
                    notifier.standBy(holder: holder)
                }, onLook: notifier.feed)
        } catch let failure as WorkerLockError {
            throw Failure.temporary("\(failure)")
        }
        // The schema and the file may have changed while this worker stood by.
        foothold.take(try SchemaCheck.require(database: configuration.database))
        let admission = Admission(configuration: configuration, logger: logger, notifier: notifier)
        let (binding, folders) = try await admission.admit(waits: drain == nil)
        return WorkerService.Opening(lock: lock, binding: binding, folders: folders)
    }

    private func employ(
        _ setup: Setup, _ configuration: Configuration, _ opening: WorkerService.Opening, _ sender: SpotzeeSender,
        _ observation: Observation
    ) throws -> WorkerService.Employment {
        let ledger = Ledger(opening.binding, in: opening.folders, retention: configuration.retention) { failure in
            logger.note(.ledgerFailed, [.reason: "\(failure)"])
        }
        let store = try setup.store(renewing: ledger.renew, isBusy: observation.notifier.noteBusyStart)
        var ends: (store: any OutboxStore, sender: any BatchSender) = (store, observation.measuring(sender))
        #if DEBUG
            let environment = ProcessInfo.processInfo.environment
            if let halting = HaltingStages(environment: environment, store: ends.store, sender: ends.sender) {
                ends = (halting, halting)
            }
        #endif
        let worker = Worker(
            configuration: WorkerConfiguration(configuration), store: LedgeredStore(ends.store, ledger: ledger),
            sender: ends.sender, commits: store.commits(), clock: SystemClock(),
            lookInterval: observation.notifier.lookInterval,
            observe: { [observe] event in
                observation.note(event)
                observe(event)
            })
        return WorkerService.Employment(worker: worker, store: store, ledger: ledger)
    }

    private func group(
        _ service: WorkerService, _ setup: Setup, _ observation: Observation
    ) -> ServiceGroupConfiguration {
        let notifier = observation.notifier
        let keyWatch = APIKeyWatch(
            source: setup.configuration.api.key, keys: setup.keys, logger: logger, onChange: service.keysChanged)
        let signals = SignalService(
            onListening: service.signalsAreHeard, onStop: service.stop,
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
            ]
                + observation.services(database: setup.configuration.database, logger: logger).map {
                    .init(service: $0, successTerminationBehavior: .ignore)
                }, logger: quiet)
    }
}
