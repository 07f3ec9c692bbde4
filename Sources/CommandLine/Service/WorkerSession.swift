import Delivery
import Deployment
import Foundation
import Logging
import Operation
import PlainText
import ServiceLifecycle
import Settings
import SpotzeeAPI

/// One worker from start to end: the lease, the services beside the worker, and the shutdown.
struct WorkerSession {
    let options: ConfigurationOptions
    let log: LogOptions
    /// The address that serves metrics and health; nil means none.
    var http: ListenAddress?
    /// Called with every event of the worker.
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

    /// Works until the drain is over or a signal stops it.
    ///
    /// Throws `AdoptionRequired` for a drain of a database that the operator has to adopt first.
    func run(draining drain: Worker<SystemClock>.Drain? = nil) async throws -> DrainOutcome {
        let configuration = try options.load()
        let setup = try Setup(configuration)
        let engine = Engine.engine(for: configuration.database)
        let telemetry = Telemetry(
            http: http, environment: ProcessInfo.processInfo.environment,
            log: EventLog(logger: logger, contacts: log.contacts(setup)))
        let notifier = telemetry.notifier
        let held = HeldConnection()
        held.hold(try SchemaCheck.require(engine, isBusy: notifier.noteBusyStart))
        let sender = setup.sender()
        let service = WorkerService(
            configuration, draining: drain,
            open: { try await open(configuration, engine, notifier, drain, held) },
            makeWorker: {
                defer { held.release() }
                return try makeWorker(setup, engine, $1, $0, sender, telemetry)
            })
        do {
            try await ServiceGroup(configuration: group(service, setup, telemetry, engine)).run()
        } catch {
            try await sender.shutdown()
            guard error as? StoreError == .replaced else { throw error }
            logger.note(.databaseReplaced, [.path: configuration.database])
            throw CommandFailure.replaced(configuration.database)
        }
        try await sender.shutdown()
        // A worker that was stopped has reported it itself.
        if service.outcome != .stopped { telemetry.note(.stopped) }
        return service.outcome ?? .stopped
    }

    /// Waits for the lease, a drain within its timeout, and for an adoption where one is necessary. A drain does not
    /// wait for an adoption.
    private func open(
        _ configuration: Configuration, _ engine: any OutboxEngine, _ notifier: ServiceNotifier,
        _ drain: Worker<SystemClock>.Drain?, _ held: HeldConnection
    ) async throws -> WorkerService.StartContext {
        let lease: any WorkerLease
        do {
            let deadline = drain.map { ContinuousClock.now + $0.timeout }
            lease = try await engine.takeLease(
                until: deadline,
                onWait: { path, holder in
                    held.release()
                    logger.note(.standby, [.holder: holder, .lock: path])
                    notifier.standBy(holder: holder)
                }, onLook: notifier.feed)
        } catch let error as WorkerLeaseError {
            throw CommandFailure.temporary("\(error)")
        }
        // The schema and the file can have changed while this worker stood by.
        held.hold(try SchemaCheck.require(engine))
        let admission = DatabaseAdmission(
            engine: engine, configuration: configuration, logger: logger, notifier: notifier)
        let (binding, folders) = try await admission.admit(waits: drain == nil)
        return WorkerService.StartContext(lease: lease, binding: binding, folders: folders)
    }

    private func makeWorker(
        _ setup: Setup, _ engine: any OutboxEngine, _ configuration: Configuration,
        _ context: WorkerService.StartContext, _ sender: SpotzeeSender, _ telemetry: Telemetry
    ) throws -> WorkerService.WorkerHandles {
        let ledger = Ledger(context.binding, in: context.folders, retention: configuration.retention) { failure in
            logger.note(.ledgerFailed, [.reason: "\(failure)"])
        }
        let store = try openStore(engine, renewing: ledger.renew, isBusy: telemetry.notifier.noteBusyStart)
        let worker = Worker(
            configuration: WorkerConfiguration(configuration), store: LedgeredStore(store, ledger: ledger),
            sender: telemetry.measuring(sender), commits: store.commitSource(), clock: SystemClock(),
            lookInterval: telemetry.notifier.lookInterval,
            observe: { [observe] event in
                telemetry.note(event)
                observe(event)
            })
        return WorkerService.WorkerHandles(worker: worker, store: store, ledger: ledger)
    }

    private func openStore(
        _ engine: any OutboxEngine, renewing: @escaping @Sendable (String) throws -> Void, isBusy: (Int) -> Void
    ) throws -> any WorkerStore {
        do {
            return try engine.workerStore(version: Version.current, renewing: renewing, isBusy: isBusy)
        } catch let error as MissingDatabase {
            throw CommandFailure.configuration("\(error)")
        }
    }

    private func group(
        _ service: WorkerService, _ setup: Setup, _ telemetry: Telemetry, _ engine: any OutboxEngine
    ) -> ServiceGroupConfiguration {
        let notifier = telemetry.notifier
        let keyWatch = APIKeyWatch(
            source: setup.configuration.api.key, keys: setup.keys, logger: logger, onChange: service.keysChanged)
        let signals = SignalService(
            onListening: service.signalsAreTrapped, onStop: service.stop,
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
                + telemetry.services(engine, logger: logger).map {
                    .init(service: $0, successTerminationBehavior: .ignore)
                }, logger: quiet)
    }
}
