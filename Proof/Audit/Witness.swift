import Foundation
import GRDB

/// Writes down every move of every intent and batch, by triggers of its own, and holds them against the life cycle.
///
/// It watches the tables and nothing of the worker: what a worker did and undid in between is seen as well.
public enum Witness {
    private static let schema = """
        CREATE TABLE witness (seq INTEGER PRIMARY KEY, place TEXT NOT NULL, id INTEGER, state TEXT, ids TEXT);
        CREATE TRIGGER witness_outbox AFTER INSERT ON outbox BEGIN
          INSERT INTO witness (place, id, state) VALUES ('outbox', NEW.id, 'pending'); END;
        CREATE TRIGGER witness_waiting AFTER INSERT ON outbox_waiting BEGIN
          INSERT INTO witness (place, id, state) VALUES ('waiting', NEW.id, NEW.state); END;
        CREATE TRIGGER witness_dead AFTER INSERT ON outbox_dead BEGIN
          INSERT INTO witness (place, id, state) VALUES ('dead', NEW.id, NEW.state); END;
        CREATE TRIGGER witness_pause AFTER INSERT ON outbox_pause BEGIN
          INSERT INTO witness (place, state) VALUES ('pause', NEW.cause); END;
        CREATE TRIGGER witness_batch AFTER INSERT ON outbox_batch BEGIN
          INSERT INTO witness (place, id, state, ids) SELECT 'batch', NEW.id, NEW.state,
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        CREATE TRIGGER witness_batch_state AFTER UPDATE OF state ON outbox_batch WHEN OLD.state <> NEW.state BEGIN
          INSERT INTO witness (place, id, state, ids) SELECT 'batch', NEW.id, OLD.state || '>' || NEW.state,
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        CREATE TRIGGER witness_batch_kept AFTER UPDATE OF members ON outbox_batch WHEN OLD.members <> NEW.members BEGIN
          INSERT INTO witness (place, id, state, ids) SELECT 'batch', NEW.id, 'kept',
            (SELECT json_group_array(json_extract(value, '$[0]')) FROM json_each(NEW.members)); END;
        """

    /// Puts the triggers beside the outbox's own tables.
    public static func install(in db: Database) throws {
        try db.execute(sql: schema)
    }

    /// Why something stopped leaving, and how often.
    static func pauses(in db: Database) throws -> Set<String> {
        try Set(String.fetchAll(db, sql: "SELECT DISTINCT state FROM witness WHERE place = 'pause'"))
    }

    private struct Event {
        let place: String
        let id: Int64
        let state: String
        let ids: [Int64]
    }

    /// Moves that the life cycle does not know.
    static func wrongMoves(in db: Database) throws -> [String] {
        let events = try Row.fetchAll(
            db, sql: "SELECT place, id, state, ids FROM witness WHERE place <> 'pause' ORDER BY seq"
        )
        .map { row in
            let ids: String = row[3] ?? "[]"
            return Event(place: row[0], id: row[1], state: row[2], ids: try read(ids))
        }
        var last: [Int64: String] = [:]
        var wrong: [String] = []
        for (index, event) in events.enumerated() where event.state != "kept" {
            let moved = event.place == "batch" ? kept(events, at: index) ?? event.ids : [event.id]
            if event.state.contains(">"),
                !["sending>in_doubt", "sending>settled", "in_doubt>settled"].contains(event.state)
            {
                wrong.append("batch \(event.id): \(event.state)")
            }
            let place = "\(event.place):\(event.state.split(separator: ">").last ?? "")"
            for id in moved {
                let from = last.updateValue(place, forKey: id) ?? "nowhere"
                if !allows(from, to: place) { wrong.append("intent \(id): \(from) to \(place)") }
            }
        }
        return wrong
    }

    private static func read(_ ids: String) throws -> [Int64] {
        try JSONDecoder().decode([Int64].self, from: Data(ids.utf8))
    }

    /// Whom a batch keeps that others leave within the same transaction: told by its last event, before anyone else's.
    private static func kept(_ events: [Event], at start: Int) -> [Int64]? {
        guard events[start].state.contains(">") else { return nil }
        let members = Set(events[start].ids)
        for event in events[(start + 1)...] {
            if event.place == "batch" && event.id == events[start].id {
                return event.state == "kept" ? event.ids : nil
            }
            let concerned = event.place == "batch" ? event.ids : [event.id]
            // A lane that a member's end hands on moves somebody else, in the same transaction.
            let isLane = event.place == "waiting"
            guard isLane || members.isSuperset(of: concerned) else { return nil }
        }
        return nil
    }

    /// docs/lifecycle.md, told again.
    private static func allows(_ from: String, to place: String) -> Bool {
        switch from {
        case "nowhere": place == "outbox:pending"
        case "outbox:pending": place == "batch:sending" || place.hasPrefix("waiting:") || place.hasPrefix("dead:")
        case "waiting:retrying", "waiting:blocked":
            place == "batch:sending" || place.hasPrefix("waiting:") || place.hasPrefix("dead:")
        case "batch:sending": place != "outbox:pending" && place != "dead:cancelled"
        // Out of doubt only by a person's word.
        case "batch:in_doubt": place == "batch:settled" || place == "waiting:retrying"
        // Delivered, dead and cancelled are ends.
        default: false
        }
    }
}
