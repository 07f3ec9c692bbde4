import CoreMetrics
import Delivery
import Operation
import Prometheus
import Synchronization

/// Records the worker's events and the samples of the outbox as metrics, through swift-metrics.
final class WorkerMetrics: Sendable {
    private typealias Catalogue = MetricCatalogue

    private let factory: any MetricsFactory
    private let pauses = Mutex<[Pause]>([])

    init(factory: any MetricsFactory) {
        self.factory = factory
        // Each counter exists from the start, so that its first event is visible as an increase.
        for outcome in BatchOutcome.allCases { counter(Catalogue.batches, outcome.rawValue).increment(by: 0) }
        for state in [BatchState.sending, .inDoubt] { counter(Catalogue.batches, state.rawValue).increment(by: 0) }
    }

    // MARK: Events

    func note(_ event: WorkerEvent, at now: WallTime) {
        switch event {
        case .settled(let settlement): note(settlement, at: now)
        case .quarantined(_, let reason):
            counter(Catalogue.rejections, reason.rawValue).increment()
            counter(Catalogue.dead).increment()
        case .storeBusy: counter(Catalogue.busy).increment()
        case .round(let result):
            timer(Catalogue.lockWait).recordNanoseconds(Self.nanoseconds(result.waited))
            timer(Catalogue.lockHold).recordNanoseconds(Self.nanoseconds(result.held))
        default: return
        }
    }

    private func note(_ settlement: Settlement, at now: WallTime) {
        switch settlement.fate {
        case .settled(let outcome): counter(Catalogue.batches, outcome.rawValue).increment()
        case .sending: counter(Catalogue.batches, BatchState.sending.rawValue).increment()
        case .inDoubt: counter(Catalogue.batches, BatchState.inDoubt.rawValue).increment()
        }
        for leaving in settlement.leaving.values {
            switch leaving {
            case .dead(let rejection, _):
                counter(Catalogue.dead).increment()
                counter(Catalogue.rejections, SafeLabel.code(rejection.code)).increment()
            case .waiting(let waiting):
                guard let rejection = waiting.rejection else { continue }
                counter(Catalogue.rejections, SafeLabel.code(rejection.code)).increment()
            }
        }
        noteDeliveries(settlement, at: now)
    }

    private func noteDeliveries(_ settlement: Settlement, at now: WallTime) {
        guard settlement.deliveredCount > 0 else { return }
        counter(Catalogue.delivered).increment(by: settlement.deliveredCount)
        let elsewhere = Set(settlement.successors.joined())
        let delivery = timer(Catalogue.delivery)
        for (place, since) in settlement.batch.members.deliverableSince().enumerated() {
            guard settlement.leaving[place] == nil, !elsewhere.contains(place), !settlement.unproven.contains(place)
            else { continue }
            delivery.recordNanoseconds(Self.nanoseconds(max(.zero, now - since)))
        }
    }

    func noteRequest(_ answer: Answer, took duration: Duration) {
        let status: String =
            if case .response(let response) = answer { "\(min(max(response.status / 100, 1), 5))xx" } else { "none" }
        timer(Catalogue.request, status).recordNanoseconds(Self.nanoseconds(duration))
    }

    // MARK: Samples

    func note(_ report: StatusReport, at now: WallTime) {
        for state in StatusView.states where state != .delivered {
            meter(Catalogue.intents, [state.rawValue]).set(report.total[state])
        }
        meter(Catalogue.intentsEstimated).set(report.total.isEstimated ? 1 : 0)
        meter(Catalogue.oldestAge).set(report.oldestDue.map { max(0, (now - $0).seconds) } ?? 0)
        meter(Catalogue.drainETA).set(DrainEstimate(report).seconds)
        meter(Catalogue.walSize).set(report.database.walBytes)
        meter(Catalogue.databaseSize).set(report.database.bytes)
        meter(Catalogue.sampled).set(Double(now.milliseconds) / 1000)
        meter(Catalogue.build, [Version.current, report.database.sqliteVersion]).set(1)
        show(report.pauses)
    }

    private func show(_ current: [Pause]) {
        let gone = pauses.withLock { pauses in
            let gone = pauses.filter { old in !current.contains { $0.scope == old.scope && $0.cause == old.cause } }
            pauses = current
            return gone
        }
        for pause in gone {
            meter(Catalogue.pause, Self.labels(pause)).destroy()
            meter(Catalogue.pauseUntil, Self.labels(pause)).destroy()
        }
        for pause in current {
            meter(Catalogue.pause, Self.labels(pause)).set(1)
            meter(Catalogue.pauseUntil, Self.labels(pause)).set(
                pause.nextProbe.map { Double($0.milliseconds) / 1000 } ?? .infinity)
        }
    }

    private static func labels(_ pause: Pause) -> [String] {
        [pause.scope.name, SafeLabel.code(pause.cause.text)]
    }

    // MARK: Instruments

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }

    private func counter(_ metric: MetricDefinition, _ value: String...) -> Counter {
        Counter(label: metric.name, dimensions: Array(zip(metric.labels, value)), factory: factory)
    }

    private func timer(_ metric: MetricDefinition, _ value: String...) -> Timer {
        Timer(label: metric.name, dimensions: Array(zip(metric.labels, value)), factory: factory)
    }

    private func meter(_ metric: MetricDefinition, _ values: [String] = []) -> Meter {
        Meter(label: metric.name, dimensions: Array(zip(metric.labels, values)), factory: factory)
    }
}

/// Measures the duration of requests.
struct MeasuredSender: BatchSender {
    let sender: any BatchSender
    let metrics: WorkerMetrics

    func send(_ batch: Batch) async -> Answer {
        let start = ContinuousClock.now
        let answer = await sender.send(batch)
        metrics.noteRequest(answer, took: ContinuousClock.now - start)
        return answer
    }

    func read(journey: Target) async -> JourneyReport { await sender.read(journey: journey) }
    func sendWithoutEffect(key: String, target: Target) async -> Answer {
        await sender.sendWithoutEffect(key: key, target: target)
    }
    var apiKeyFingerprints: [String] { sender.apiKeyFingerprints }
}
