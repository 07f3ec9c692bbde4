import Foundation
import GRDB

/// Records every state transition of every intent and batch by its own triggers, and compares them with the life cycle.
///
/// The triggers watch only the tables. They also record a transition that the worker reverses later in the same
/// transaction.
public enum TransitionRecorder {
    private static let schema = """
        CREATE TABLE audit_transition (seq INTEGER PRIMARY KEY, location TEXT NOT NULL, id INTEGER, state TEXT, ids TEXT);
        CREATE TRIGGER audit_transition_outbox AFTER INSERT ON outbox BEGIN
          INSERT INTO audit_transition (location, id, state) VALUES ('outbox', NEW.id, 'pending'); END;
        CREATE TRIGGER audit_transition_waiting AFTER INSERT ON outbox_waiting BEGIN
          INSERT INTO audit_transition (location, id, state) VALUES ('waiting', NEW.id, NEW.state); END;
        CREATE TRIGGER audit_transition_dead AFTER INSERT ON outbox_dead BEGIN
          INSERT INTO audit_transition (location, id, state) VALUES ('dead', NEW.id, NEW.state); END;
        CREATE TRIGGER audit_transition_pause AFTER INSERT ON outbox_pause BEGIN
          INSERT INTO audit_transition (location, state) VALUES ('pause', NEW.cause); END;
        CREATE TRIGGER audit_transition_batch AFTER INSERT ON outbox_batch BEGIN
          INSERT INTO audit_transition (location, id, state, ids) SELECT 'batch', NEW.id, NEW.state,
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        CREATE TRIGGER audit_transition_batch_state AFTER UPDATE OF state ON outbox_batch WHEN OLD.state <> NEW.state BEGIN
          INSERT INTO audit_transition (location, id, state, ids) SELECT 'batch', NEW.id, OLD.state || '>' || NEW.state,
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        CREATE TRIGGER audit_transition_batch_kept AFTER UPDATE OF members ON outbox_batch WHEN OLD.members <> NEW.members BEGIN
          INSERT INTO audit_transition (location, id, state, ids) SELECT 'batch', NEW.id, 'kept',
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        """

    /// Creates the triggers and their table.
    public static func install(in db: Database) throws {
        try db.execute(sql: schema)
    }

    /// The causes of all pauses that were ever stored.
    static func pauses(in db: Database) throws -> Set<String> {
        try Set(String.fetchAll(db, sql: "SELECT DISTINCT state FROM audit_transition WHERE location = 'pause'"))
    }

    private struct Transition {
        let location: String
        let id: Int64
        let state: String
        let ids: [Int64]
    }

    /// The recorded transitions that the life cycle does not allow.
    static func wrongTransitions(in db: Database) throws -> [String] {
        let transitions = try Row.fetchAll(
            db, sql: "SELECT location, id, state, ids FROM audit_transition WHERE location <> 'pause' ORDER BY seq"
        )
        .map { row in
            let ids: String = row[3] ?? "[]"
            return Transition(location: row[0], id: row[1], state: row[2], ids: try read(ids))
        }
        var last: [Int64: String] = [:]
        var wrong: [String] = []
        for (index, transition) in transitions.enumerated() where transition.state != "kept" {
            let moved =
                transition.location == "batch" ? kept(transitions, at: index) ?? transition.ids : [transition.id]
            if transition.state.contains(">"),
                !["sending>in_doubt", "sending>settled", "in_doubt>settled"].contains(transition.state)
            {
                wrong.append("batch \(transition.id): \(transition.state)")
            }
            let location = "\(transition.location):\(transition.state.split(separator: ">").last ?? "")"
            for id in moved {
                let from = last.updateValue(location, forKey: id) ?? "none"
                if !allows(from, to: location) { wrong.append("intent \(id): \(from) to \(location)") }
            }
        }
        return wrong
    }

    private static func read(_ ids: String) throws -> [Int64] {
        try JSONDecoder().decode([Int64].self, from: Data(ids.utf8))
    }

    /// The members that stay in a batch whose state changes while other members leave it in the same transaction. The
    /// last transition of the batch before those of other intents shows them.
    private static func kept(_ transitions: [Transition], at start: Int) -> [Int64]? {
        guard transitions[start].state.contains(">") else { return nil }
        let members = Set(transitions[start].ids)
        for transition in transitions[(start + 1)...] {
            if transition.location == "batch" && transition.id == transitions[start].id {
                return transition.state == "kept" ? transition.ids : nil
            }
            let concerned = transition.location == "batch" ? transition.ids : [transition.id]
            // The end of a member may let the next intent of its ordering key continue, in the same transaction.
            let isSuccessor = transition.location == "waiting"
            guard isSuccessor || members.isSuperset(of: concerned) else { return nil }
        }
        return nil
    }

    /// The transitions of docs/lifecycle.md.
    private static func allows(_ from: String, to location: String) -> Bool {
        switch from {
        case "none": location == "outbox:pending"
        case "outbox:pending":
            location == "batch:sending" || location.hasPrefix("waiting:") || location.hasPrefix("dead:")
        case "waiting:retrying", "waiting:blocked":
            location == "batch:sending" || location.hasPrefix("waiting:") || location.hasPrefix("dead:")
        case "batch:sending": location != "outbox:pending" && location != "dead:cancelled"
        // Only the operator's decision ends a doubt.
        case "batch:in_doubt": location == "batch:settled" || location == "waiting:retrying"
        // Delivered, dead and cancelled are final.
        default: false
        }
    }
}
