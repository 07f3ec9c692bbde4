import Delivery
import Logging
import Operation
import Prometheus
import ServiceLifecycle

/// Passes the worker's events to the log and to systemd, and, where they are served, to the metrics and health.
struct Telemetry: Sendable {
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
        health = WorkerHealth(unseenMax: ServiceNotifier(environment: environment).lookInterval * 3)
        notifier = ServiceNotifier(environment: environment, health: health)
    }

    func note(_ event: WorkerEvent) {
        log.note(event)
        notifier.note(event)
        guard http != nil else { return }
        metrics.note(event, at: SystemClock().now().wall)
        health.note(event)
    }

    /// The sender, with its requests measured where metrics are served.
    func measuring(_ sender: any BatchSender) -> any BatchSender {
        http == nil ? sender : MeasuredSender(sender: sender, metrics: metrics)
    }

    /// The services that run beside the worker.
    func services(_ engine: any OutboxEngine, logger: Logger) -> [any Service] {
        guard http != nil || notifier.hasSocket else { return [] }
        let (metrics, notifier) = (metrics, notifier)
        var services: [any Service] = [
            BacklogSampler(engine: engine, logger: logger) { report, now in
                metrics.note(report, at: now)
                notifier.note(DrainEstimate(report), pauses: report.pauses)
            }
        ]
        if let http {
            services.append(TelemetryServer(address: http, registry: registry, health: health, logger: logger))
        }
        return services
    }
}
