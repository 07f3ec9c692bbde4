/// The result of reading a journey's status.
public struct JourneyReport: Sendable, Equatable {
    public var reading: Response.JourneyReading
    /// The response that the reading comes from; nil when there was no response.
    public var response: Response?

    public init(reading: Response.JourneyReading, response: Response? = nil) {
        self.reading = reading
        self.response = response
    }
}
