/// What the outbox's schema is after each of its migrations: by this an older schema is told from a changed one.
struct SchemaHistory: Sendable {
    /// How far an object of a database is, seen from one migration.
    enum ObjectStatus: Equatable {
        /// As this migration makes it, or as a later one does.
        case made
        case missing
        /// As the migrations before this one make it.
        case earlier
        /// As none makes it.
        case foreign(isSameType: Bool)
    }

    /// The schema after each migration, in their order.
    private let steps: [Schema]

    init(steps: [Schema]) {
        self.steps = steps
    }

    /// The objects of earlier migrations that one changes, by dropping and making them anew or by altering a table.
    func changes(at step: Int) -> [String] {
        let before = step == 0 ? Schema() : steps[step - 1]
        return before.names.filter { steps[step][$0] != nil && steps[step][$0] != before[$0] }
    }

    /// Where an object stands that the migration at `step` makes or changes.
    func status(of name: String, in found: Schema, at step: Int) -> ObjectStatus {
        guard let object = found[name] else { return .missing }
        if steps[step...].contains(where: { $0[name] == object }) { return .made }
        if steps[..<step].contains(where: { $0[name] == object }) { return .earlier }
        return .foreign(isSameType: steps[step][name]?.type == object.type)
    }

    /// Whether a database has the outbox's own record of itself, in any version.
    func hasMeta(_ found: Schema) -> Bool {
        guard let meta = found["outbox_meta"] else { return false }
        return steps.contains { $0["outbox_meta"] == meta }
    }
}
