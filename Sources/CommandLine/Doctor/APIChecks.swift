import Delivery
import Operation
import Settings
import SpotzeeAPI

/// Checks of the API that have no effect there.
struct APIChecks {
    /// A difference of the clocks that is a warning, and one at which ages are no longer reliable.
    static let skewWarn: Duration = .seconds(30)
    static let skewMax: Duration = .seconds(300)

    let configuration: Configuration
    let directory: JourneyDirectory
    /// The time half way between request and answer.
    let now: WallTime

    var all: [Check] { [api, clock] + journeys }

    private var api: Check {
        let host = configuration.api.url
        switch directory.outcome {
        case .listed: return .ok("api", "\(host) answers and accepts version \(configuration.api.version)")
        case .unreachable(let reason):
            return .fail("api", "\(host) cannot be reached: \(reason)", "curl -sv \(host)/journeys")
        case .refused(let status, let code, let message):
            let words = [code, message].compactMap { $0 }.joined(separator: ": ")
            let finding = "\(host) answers \(status)\(words.isEmpty ? "" : ", \(words)")"
            if code?.hasPrefix("version_") == true {
                return .fail("api", finding, "set api.version to a release that the API knows")
            }
            switch status {
            case 401: return .fail("api", finding, "put a valid secret key where the check api_key says it is read")
            case 403:
                return .warn(
                    "api", "\(finding): the key is not allowed to list journeys",
                    "give the key the right to read journeys")
            case 429: return .warn("api", finding, "try again in a minute")
            default: return .fail("api", finding, "curl -sv \(host)/journeys")
            }
        }
    }

    private var clock: Check {
        guard let date = directory.date else {
            return .warn(
                "clock", "this machine's clock was not checked, because the API's answer contains no time",
                "timedatectl status")
        }
        // The header has whole seconds.
        let skew = max(.zero, abs((now - date).seconds) - 1) as Double
        let finding = "this machine's clock and the API's are \(Int(skew)) s apart"
        if skew >= Self.skewMax.seconds { return .fail("clock", finding, "timedatectl set-ntp true") }
        return skew >= Self.skewWarn.seconds
            ? .warn("clock", finding, "timedatectl set-ntp true") : .ok("clock", finding)
    }

    private var journeys: [Check] {
        guard !configuration.journeys.isEmpty else {
            return [.warn("journeys", "the configuration names no journey, so nothing is sent", "add journeys to it")]
        }
        guard case .listed(let entries) = directory.outcome else { return [] }
        let byID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
        return configuration.journeys.values.sorted { $0.name < $1.name }.map { settings in
            let name = "journey \(settings.name)"
            guard let entry = byID[Int64(settings.id)] else {
                return .fail(
                    name, "the API knows no journey \(settings.id)",
                    "correct journeys.\(settings.name).id: journey-outbox journeys")
            }
            if entry.status == "live" { return .ok(name, "journey \(entry.id), \(entry.name), is live") }
            return .fail(
                name, "journey \(entry.id), \(entry.name), is \(entry.status): its intents wait",
                "publish the journey at Spotzee")
        }
    }
}
