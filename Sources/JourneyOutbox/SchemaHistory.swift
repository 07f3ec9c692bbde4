/// The outbox's schema after each of its migrations. It distinguishes an older schema from a changed one.
struct SchemaHistory: Sendable {
    /// How an object of a database compares with one migration.
    enum ObjectStatus: Equatable {
        /// The object is as this migration or a later one creates it.
        case made
        /// The object does not exist.
        case missing
        /// The object is as an earlier migration created it.
        case earlier
        /// No migration creates the object in this form.
        case foreign(isSameType: Bool)
    }

    /// The schema after each migration, in the order of the migrations.
    private let steps: [Schema]

    init(steps: [Schema]) {
        self.steps = steps
    }

    /// The objects of earlier migrations that the migration at `step` changes. It creates them anew or alters a table.
    func changes(at step: Int) -> [String] {
        assert(steps.indices.contains(step), "every migration has a step")
        let before = step == 0 ? Schema() : steps[step - 1]
        return before.names.filter { steps[step][$0] != nil && steps[step][$0] != before[$0] }
    }

    /// The status of an object that the migration at `step` creates or changes.
    func status(of name: String, in found: Schema, at step: Int) -> ObjectStatus {
        guard let object = found[name] else { return .missing }
        if steps[step...].contains(where: { $0[name] == object }) { return .made }
        if steps[..<step].contains(where: { $0[name] == object }) { return .earlier }
        return .foreign(isSameType: steps[step][name]?.type == object.type)
    }

    /// Whether a database contains the table `outbox_meta` as any version of the outbox creates it.
    func hasMeta(_ found: Schema) -> Bool {
        guard let meta = found["outbox_meta"] else { return false }
        return steps.contains { $0["outbox_meta"] == meta }
    }
}
