/// What a journey's reading came to.
public struct JourneyReport: Sendable, Equatable {
    public var reading: Response.JourneyReading
    /// What was answered, nil when nothing came back.
    public var response: Response?

    public init(reading: Response.JourneyReading, response: Response? = nil) {
        self.reading = reading
        self.response = response
    }
}
