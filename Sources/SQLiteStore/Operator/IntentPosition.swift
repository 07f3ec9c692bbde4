import Foundation
import Operation

/// Where a listing of intents stands: it reads journey by journey and place by place, along an index.
///
/// `IntentCursor` carries its text.
struct IntentPosition: Sendable, Equatable, Codable {
    var journey: JourneyName
    var place: IntentPlace
    /// The value of the place's sort column, or the batch's id.
    var key: Int64
    /// The intent's id, or its place in the batch.
    var id: Int64

    init(journey: JourneyName, place: IntentPlace, key: Int64 = .min, id: Int64 = .min) {
        self.journey = journey
        self.place = place
        self.key = key
        self.id = id
    }

    /// The position as text for a command line: letters, digits, `-` and `_`.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return try encoder.encode(self).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
    }

    /// Reads what `text` wrote; nil for anything else.
    init?(text: String) {
        let base = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base + padding) else { return nil }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            return nil
        }
    }
}
