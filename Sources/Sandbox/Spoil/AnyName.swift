/// A coding key of any name, to find those that nobody reads.
struct AnyName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        return nil
    }

    /// Throws when the object holds a name outside `known`: a misspelt switch must not pass for one that is off.
    static func refuseUnknown(in decoder: any Decoder, beside known: [String]) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        guard let unknown = fields.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: unknown, in: fields, debugDescription: "unknown name \(unknown.stringValue)")
    }
}
