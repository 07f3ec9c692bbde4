/// An answer in so many words: what an edge, a proxy or an API of tomorrow may say.
public struct SandboxWord: Sendable, Equatable, Codable {
    /// The number of coming requests it answers; counts down.
    public var next: Int
    public var status: Int
    public var contentType: String
    public var body: String

    public init(next: Int = 0, status: Int = 400, contentType: String = "application/problem+json", body: String = "") {
        self.next = next
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case next, status, body
        case contentType = "content_type"
    }

    public init(from decoder: any Decoder) throws {
        try AnyName.refuseUnknown(in: decoder, beside: CodingKeys.allCases.map(\.rawValue))
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let plain = SandboxWord()
        next = try fields.decodeIfPresent(Int.self, forKey: .next) ?? plain.next
        status = try fields.decodeIfPresent(Int.self, forKey: .status) ?? plain.status
        contentType = try fields.decodeIfPresent(String.self, forKey: .contentType) ?? plain.contentType
        body = try fields.decodeIfPresent(String.self, forKey: .body) ?? plain.body
    }
}
