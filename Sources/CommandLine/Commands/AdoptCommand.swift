import ArgumentParser
import Delivery
import Deployment
import Operation
import PlainText
import Settings

/// Gives a copied or restored database a new identity.
struct AdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Decide what happens to a database that is a copy or was restored from a backup.",
        discussion: """
            Without a choice it only reports what was detected and how many intents are concerned, and exits 3. With \
            either choice, intents that the record in state_dir proves delivered are marked as delivered, and newer \
            intents are delivered. The choice is about all other intents: --deliver sends them, and a contact that was \
            entered before is entered twice; --discard makes them dead letters, which `dead-letters retry` can still send.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Deliver the intents of which nothing proves that they were delivered.")
    var deliver = false

    @Flag(help: "Make dead letters of the intents of which nothing proves that they were delivered.")
    var discard = false

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard !(deliver && discard) else { throw ValidationError("give one of --deliver and --discard") }
    }

    func run() throws {
        let configuration = try options.load()
        let engine = Engine.engine(for: configuration.database)
        try SchemaCheck.require(engine)
        do {
            let inspection = try IdentityInspection(configuration, of: engine)
            // The lock comes first: the database must not be inspected while another command adopts it.
            let lock = choice == nil ? nil : try Self.lock(inspection)
            defer { withExtendedLifetime(lock) {} }
            let identity = try engine.identityStore()
            switch try inspection.verdict(on: identity) {
            case .adopt(let need): try adopt(need, inspection, identity)
            case .refused(let directory):
                throw CommandFailure.configuration(
                    "this database is served with the state directory \(directory): run adopt with the service's configuration"
                )
            case .bind, .known, .knownByName:
                format.print(.object([.init("needed", .bool(false))])) { _ in "there is nothing to adopt" }
            }
        } catch let failure as StateFailure {
            throw CommandFailure.configuration("\(failure)")
        } catch StoreError.busy {
            throw CommandFailure.general("\(OperatorError.busy)")
        } catch let error as OperatorError {
            throw CommandFailure.general("\(error)")
        }
    }

    private func adopt(
        _ need: AdoptionNeed, _ inspection: IdentityInspection, _ identity: any IdentityStore
    ) throws {
        let store = try inspection.engine.operatorStore(for: .changing)
        let adoption = Adoption(
            need: need, inspection: inspection, before: try identity.identityRecord().uuid, store: store,
            now: SystemClock().now().wall)
        let progress = ProgressLine("adopting")
        guard let choice else {
            let report = try adoption.report { progress.show($0) }
            progress.clear()
            format.print(json(need, report, uuid: nil)) { _ in Self.question(need, report) }
            throw ExitCode(3)
        }
        defer { progress.clear() }
        guard let (report, uuid) = try adoption.apply(choice, onProgress: { progress.show($0) }) else {
            throw CommandFailure.general(
                "another adopt command has adopted the database in the meantime; nothing more was changed")
        }
        progress.clear()
        format.print(json(need, report, uuid: uuid)) { _ in Self.done(report, choice) }
    }

    private static func lock(_ inspection: IdentityInspection) throws -> AdoptionLock {
        guard let lock = try AdoptionLock(in: inspection.folders) else {
            throw CommandFailure.temporary(
                "another adopt command is running with this state directory; nothing was changed, try again")
        }
        return lock
    }

    private var choice: AdoptionChoice? {
        deliver ? .deliver : discard ? .discard : nil
    }

    private func json(_ need: AdoptionNeed, _ report: AdoptionReport, uuid: String?) -> JSON {
        .object([
            .init("needed", .bool(true)), .init("cause", .string(need.pauseCause.text)),
            .init("seen", .string(need.sight)),
            .init("adopted", .bool(uuid != nil)), .init("uuid", .of(uuid)), .init("choice", .of(choice?.rawValue)),
            .init("proven_delivered", .of(report.proven)), .init("unproven", .of(report.unproven)),
            .init("new", .of(report.new)),
        ])
    }

    private static func question(_ need: AdoptionNeed, _ report: AdoptionReport) -> PlainText {
        """
        \(need.pauseCause): \(need.sight)
        \(report.proven) intents are proven to have been delivered; they will be marked as delivered
        \(report.unproven) open intents may have been delivered; nothing proves it
        \(report.new) intents are newer; they will be delivered
        choose: adopt --deliver sends the \(report.unproven), adopt --discard makes them dead letters
        """
    }

    private static func done(_ report: AdoptionReport, _ choice: AdoptionChoice) -> PlainText {
        """
        adopted: the outbox has a new identity
        \(report.proven) marked as delivered, \(report.unproven) \(choice == .deliver ? "to be delivered" : "discarded"), \
        \(report.new) new ones to be delivered
        """
    }
}
