/// The bodies of the control endpoints. What a body leaves out is not changed.
enum SandboxChange {
    struct JourneyChange: Decodable {
        var name: String?
        var status: SandboxJourney.Status?
        var entranceIDs: [Int]?
        var shapes: Set<SandboxJourney.RequestShape>?

        enum CodingKeys: String, CodingKey {
            case name, status, shapes
            case entranceIDs = "entrance_ids"
        }

        func applied(to journey: SandboxJourney) -> SandboxJourney {
            SandboxJourney(
                id: journey.id, name: name ?? journey.name, status: status ?? journey.status,
                entranceIDs: entranceIDs ?? journey.entranceIDs, shapes: shapes ?? journey.shapes)
        }
    }

    struct KeyChange: Decodable {
        var add: [String]?
        var revoke: [String]?
        var readOnly: [String]?

        enum CodingKeys: String, CodingKey {
            case add, revoke
            case readOnly = "read_only"
        }

        func apply(to model: inout SandboxModel) {
            for key in add ?? [] { model.addAPIKey(key) }
            for key in readOnly ?? [] { model.addAPIKey(key, isReadOnly: true) }
            for key in revoke ?? [] { model.revokeAPIKey(key) }
        }
    }

    struct DialectChange: Decodable {
        var dialect: SandboxDialect
    }

    /// A credit that is left out or null means no limit.
    struct CreditChange: Decodable {
        var credit: Int?
    }
}
