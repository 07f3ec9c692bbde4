import ArgumentParser
import Delivery
import Deployment
import PlainText
import SQLiteStore
import Settings

/// Makes a copied or restored database this worker's own.
struct AdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Decide about a database that is a copy or was restored from a backup.",
        discussion: """
            Without a choice it only says what was seen and what is at stake, and exits 3. Intents that the record in \
            state_dir proves delivered are marked so either way, and later ones are delivered either way. The choice is \
            about the others: --deliver sends them, which enters a contact twice if it was entered before; --discard \
            makes them dead letters, which `dead-letters retry` can still send.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Deliver what nothing proves to have been delivered.")
    var deliver = false

    @Flag(help: "Make dead letters of it.")
    var discard = false

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard !(deliver && discard) else { throw ValidationError("give one of --deliver and --discard") }
    }

    func run() throws {
        let configuration = try options.load()
        try SchemaCheck.require(database: configuration.database)
        do {
            let look = try RecognitionLook(configuration)
            // Before looking: what another command is about to settle is not to be judged half way.
            let lock = choice == nil ? nil : try Self.lock(look)
            defer { withExtendedLifetime(lock) {} }
            let identity = try OutboxIdentity(path: configuration.database)
            switch try look.recognise(identity) {
            case .adopt(let need): try adopt(need, look, identity, configuration.database)
            case .refused(let directory):
                throw Failure.configuration(
                    "this database is served with the state directory \(directory): run adopt with the service's configuration"
                )
            case .bind, .known, .knownByName:
                answer.print(.object([.init("needed", .bool(false))])) { _ in "there is nothing to adopt" }
            }
        } catch let failure as StateFailure {
            throw Failure.configuration("\(failure)")
        } catch StoreError.busy {
            throw Failure.general("\(OperatorError.busy)")
        } catch let error as OperatorError {
            throw Failure.general("\(error)")
        }
    }

    private func adopt(
        _ need: AdoptionNeed, _ look: RecognitionLook, _ identity: OutboxIdentity, _ path: String
    ) throws {
        let connection = try OperatorConnection(path: path, for: .changing)
        let adoption = Adoption(
            need: need, look: look, before: try identity.identityRecord().uuid, connection: connection,
            now: SystemClock().now().wall)
        let progress = ProgressLine("adopting")
        guard let choice else {
            let report = try adoption.report { progress.show($0) }
            progress.clear()
            answer.print(json(need, report, uuid: nil)) { _ in Self.question(need, report) }
            throw ExitCode(3)
        }
        defer { progress.clear() }
        guard let (report, uuid) = try adoption.apply(choice, onProgress: { progress.show($0) }) else {
            throw Failure.general("somebody else has adopted the database meanwhile; nothing more was changed")
        }
        progress.clear()
        answer.print(json(need, report, uuid: uuid)) { _ in Self.done(report, choice) }
    }

    private static func lock(_ look: RecognitionLook) throws -> AdoptionLock {
        guard let lock = try AdoptionLock(in: look.folders) else {
            throw Failure.temporary(
                "another adopt is at work with this state directory; nothing was changed, try again")
        }
        return lock
    }

    private var choice: Adopting.Choice? {
        deliver ? .deliver : discard ? .discard : nil
    }

    private func json(_ need: AdoptionNeed, _ report: Adopting.Report, uuid: String?) -> JSON {
        .object([
            .init("needed", .bool(true)), .init("cause", .string(need.pauseCause)), .init("seen", .string(need.sight)),
            .init("adopted", .bool(uuid != nil)), .init("uuid", .of(uuid)), .init("choice", .of(choice?.rawValue)),
            .init("proven_delivered", .of(report.proven)), .init("unproven", .of(report.unproven)),
            .init("new", .of(report.new)),
        ])
    }

    private static func question(_ need: AdoptionNeed, _ report: Adopting.Report) -> PlainText {
        """
        \(need.pauseCause): \(need.sight)
        \(report.proven) intents are proven to have been delivered, and will be marked so
        \(report.unproven) open intents may have been delivered, and nothing proves it
        \(report.new) came after that, and will be delivered
        choose: adopt --deliver sends the \(report.unproven), adopt --discard makes them dead letters
        """
    }

    private static func done(_ report: Adopting.Report, _ choice: Adopting.Choice) -> PlainText {
        """
        adopted: the outbox has a new identity
        \(report.proven) marked as delivered, \(report.unproven) \(choice == .deliver ? "to be delivered" : "discarded"), \
        \(report.new) new ones to be delivered
        """
    }
}
