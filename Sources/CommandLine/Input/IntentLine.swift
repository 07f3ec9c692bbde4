import Delivery
import Operation

/// Reads one line of NDJSON as an intent: an object whose names are the outbox's columns.
enum IntentLine {
    /// - Parameter journey: the journey of a line that names none.
    static func read(_ bytes: [UInt8], journey: String?) throws(JSONObjectScan.Fault) -> NewIntent {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw fault("it is not valid UTF-8") }
        var intent = NewIntent()
        intent.journey = journey.map { Array($0.utf8) }
        var seen: Set<String> = []
        for (name, value) in try JSONObjectScan.members(of: bytes) {
            guard seen.insert(name).inserted else { throw fault("\(name) is given twice") }
            try set(name, value, in: &intent)
        }
        return intent
    }

    private static func set(_ name: String, _ value: [UInt8], in intent: inout NewIntent) throws(JSONObjectScan.Fault) {
        switch name {
        case "journey": intent.journey = try text(name, value)
        case "external_id": intent.externalID = try text(name, value)
        case "anonymous_id": intent.anonymousID = try text(name, value)
        case "email": intent.email = try text(name, value)
        case "profile": intent.profile = payload(value)
        case "data": intent.data = payload(value)
        case "ordering_key": intent.orderingKey = try text(name, value)
        case "dedup_key": intent.dedupKey = try text(name, value)
        case "scheduled_at": intent.scheduledAt = try time(name, value)
        case "expires_at": intent.expiresAt = try time(name, value)
        case "created_at": intent.createdAt = try time(name, value)
        case "traceparent": intent.traceparent = try text(name, value)
        case "id": throw fault("id must be left out: the outbox gives each intent its id")
        default: throw fault("outbox has no column \(shown(name))")
        }
    }

    private static func text(_ name: String, _ value: [UInt8]) throws(JSONObjectScan.Fault) -> [UInt8]? {
        if isNull(value) { return nil }
        guard let text = JSONObjectScan.text(value) else { throw fault("\(name) must be a JSON string") }
        return text
    }

    /// The text of an object, byte for byte. For a string it is the string's content.
    private static func payload(_ value: [UInt8]) -> [UInt8]? {
        isNull(value) ? nil : JSONObjectScan.text(value) ?? value
    }

    private static func time(_ name: String, _ value: [UInt8]) throws(JSONObjectScan.Fault) -> WallTime? {
        if isNull(value) { return nil }
        let literal = JSONObjectScan.text(value) ?? value
        guard let time = TimeArgument(argument: String(decoding: literal, as: UTF8.self))?.time else {
            throw fault("\(name) must be Unix time in milliseconds, or RFC 3339 text")
        }
        return time
    }

    private static func isNull(_ value: [UInt8]) -> Bool {
        value == Array("null".utf8)
    }

    /// The name, cut to 60 characters, because it can be as long as the line.
    private static func shown(_ name: String) -> String {
        name.unicodeScalars.count > 60 ? String(String.UnicodeScalarView(name.unicodeScalars.prefix(60))) + "…" : name
    }

    private static func fault(_ message: String) -> JSONObjectScan.Fault {
        JSONObjectScan.Fault(message: message)
    }
}

extension IntentLine {
    /// The intents of all lines that are not blank, each with its line's number.
    static func readAll(_ descriptor: Int32, journey: String?) throws(LineFault) -> [(line: Int, intent: NewIntent)] {
        var intents: [(line: Int, intent: NewIntent)] = []
        var reader = LineReader(descriptor: descriptor)
        while let line = try reader.next() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do {
                intents.append((reader.number, try read(line, journey: journey)))
            } catch {
                throw LineFault(line: reader.number, message: error.message)
            }
        }
        return intents
    }
}
