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
    func run(draining drain: Worker<SystemClock>.Drain? = nil) async throws -> DrainOutcome {
        let configuration = try options.load()
        let setup = try Setup(configuration)
        let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        try SchemaCheck.require(database: configuration.database, isBusy: notifier.noteBusyStart)
        let lock = try setup.lock()
        let sender = setup.sender()
        let observation = Observation(
            http: http, notifier: notifier, log: EventLog(logger: logger, contacts: log.contacts(setup)))
        let worker = try worker(setup, sender, observation)
        let service = WorkerService(worker: worker, drain: drain)
        do {
            try await ServiceGroup(configuration: group(service, setup, observation)).run()
        } catch {
            try await sender.shutdown()
            guard error as? StoreError == .replaced else { throw error }
            logger.note(.databaseReplaced, [.path: configuration.database])
            throw Failure.replaced(configuration.database)
        }
        try await sender.shutdown()
        withExtendedLifetime(lock) {}
        observation.note(.stopped)
        return service.outcome ?? .stopped
    }

    private func worker(
        _ setup: Setup, _ sender: SpotzeeSender, _ observation: Observation
    ) throws -> Worker<SystemClock> {
        let store = try setup.store(isBusy: observation.notifier.noteBusyStart)
        var ends: (store: any OutboxStore, sender: any BatchSender) = (store, observation.measuring(sender))
        #if DEBUG
            let environment = ProcessInfo.processInfo.environment
            if let halting = HaltingStages(environment: environment, store: ends.store, sender: ends.sender) {
                ends = (halting, halting)
            }
        #endif
        return Worker(
            configuration: WorkerConfiguration(setup.configuration), store: ends.store, sender: ends.sender,
            commits: store.commits(), clock: SystemClock(), lookInterval: observation.notifier.lookInterval,
            observe: { [observe] event in
                observation.note(event)
                observe(event)
            })
    }

    private func group(
        _ service: WorkerService, _ setup: Setup, _ observation: Observation
    ) -> ServiceGroupConfiguration {
        let worker = service.worker
        let notifier = observation.notifier
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
            ]
                + observation.services(database: setup.configuration.database, logger: logger).map {
                    .init(service: $0, successTerminationBehavior: .ignore)
                }, logger: quiet)
    }

    /// Reads the configuration again; an invalid one is refused and the old one stays.
    private func reload(_ worker: Worker<SystemClock>) {
        do {
            let configuration = try Configuration.load(
                file: options.config, database: options.database, environment: .process)
            worker.reconfigure(WorkerConfiguration(configuration))
            logger.note(.configurationReloaded)
        } catch {
            logger.note(.configurationRefused, [.reason: "\(error)"])
        }
    }
}
