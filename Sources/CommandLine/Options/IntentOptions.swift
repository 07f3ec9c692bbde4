import ArgumentParser
import Delivery
import Operation

/// The columns of one intent.
struct IntentOptions: ParsableArguments {
    @Option(name: .customLong("external-id"), help: ArgumentHelp("The contact's id in your system.", valueName: "text"))
    var externalID: String?

    @Option(
        name: .customLong("anonymous-id"),
        help: ArgumentHelp("The contact's id before your system knew it.", valueName: "text"))
    var anonymousID: String?

    @Option(help: ArgumentHelp("The contact's email address.", valueName: "text"))
    var email: String?

    @Option(help: ArgumentHelp("A JSON object for the contact's profile.", valueName: "json"))
    var profile: String?

    @Option(help: ArgumentHelp("A JSON object for the journey's steps.", valueName: "json"))
    var data: String?

    @Option(help: ArgumentHelp("Intents with the same key are sent one after the other.", valueName: "text"))
    var orderingKey: String?

    @Option(help: ArgumentHelp("A second intent with the same key is not inserted.", valueName: "text"))
    var dedupKey: String?

    @Option(
        help: ArgumentHelp("The earliest time to send it: RFC 3339, or Unix time in milliseconds.", valueName: "time"))
    var scheduledAt: TimeArgument?

    @Option(
        help: ArgumentHelp("The latest time to send it: RFC 3339, or Unix time in milliseconds.", valueName: "time"))
    var expiresAt: TimeArgument?

    @Option(help: ArgumentHelp("The W3C trace context to continue.", valueName: "text"))
    var traceparent: String?

    var isEmpty: Bool { intent(journey: nil) == NewIntent() }

    func intent(journey: String?) -> NewIntent {
        var intent = NewIntent()
        func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
        intent.journey = bytes(journey)
        intent.externalID = bytes(externalID)
        intent.anonymousID = bytes(anonymousID)
        intent.email = bytes(email)
        intent.profile = bytes(profile)
        intent.data = bytes(data)
        intent.orderingKey = bytes(orderingKey)
        intent.dedupKey = bytes(dedupKey)
        intent.scheduledAt = scheduledAt?.time
        intent.expiresAt = expiresAt?.time
        intent.traceparent = bytes(traceparent)
        return intent
    }
}
