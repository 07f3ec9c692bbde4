import Delivery
import Logging
import Prometheus
import SQLiteStore
import ServiceLifecycle

/// Everyone who is told what the worker does: the log, systemd, and where they are asked for, metrics and health.
struct Observation: Sendable {
    let notifier: ServiceNotifier
    private let log: EventLog
    private let http: ListenAddress?
    private let registry = PrometheusRegistry(MetricCatalogue.all)
    private let metrics: WorkerMetrics
    private let health: WorkerHealth

    init(http: ListenAddress?, environment: [String: String], log: EventLog) {
        self.http = http
        self.log = log
        metrics = WorkerMetrics(factory: registry)
        health = WorkerHealth(silenceMax: ServiceNotifier(environment: environment).lookInterval * 3)
        notifier = ServiceNotifier(environment: environment, health: health)
    }

    func note(_ event: WorkerEvent) {
        log.note(event)
        notifier.note(event)
        guard http != nil else { return }
        metrics.note(event, at: SystemClock().now().wall)
        health.note(event)
    }

    /// The sender, with its requests measured where somebody wants to know.
    func measuring(_ sender: any BatchSender) -> any BatchSender {
        http == nil ? sender : MeasuredSender(sender: sender, metrics: metrics)
    }

    /// What runs beside the worker for the sake of whoever looks.
    func services(database: String, logger: Logger) -> [any Service] {
        guard http != nil || notifier.isHeard else { return [] }
        let (metrics, notifier) = (metrics, notifier)
        var services: [any Service] = [
            BacklogSampler(database: database, logger: logger) { report, now in
                metrics.note(report, at: now)
                notifier.note(DrainEstimate(report), pauses: report.pauses)
            }
        ]
        if let http {
            services.append(ObservationServer(address: http, registry: registry, health: health, logger: logger))
        }
        return services
    }
}
