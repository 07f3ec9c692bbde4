/// One measurement and the name that selects it on the command line.
struct Measurement: Sendable {
    let name: String
    let make: @Sendable (Bench) throws -> Void

    static let all = [
        Measurement(name: "drain", make: DrainMeasurement.withoutHTTP),
        Measurement(name: "http", make: DrainMeasurement.overHTTP),
        Measurement(name: "entrance", make: DrainMeasurement.entrances),
        Measurement(name: "enqueue", make: ProducerMeasurement.throughLibrary),
        Measurement(name: "commit", make: ProducerMeasurement.withAndWithout),
        Measurement(name: "beside", make: ProducerMeasurement.besideDrain),
        Measurement(name: "wake", make: WakeMeasurement.make),
        Measurement(name: "idle", make: IdleMeasurement.make),
        Measurement(name: "claims", make: ClaimMeasurement.make),
        Measurement(name: "flat", make: DrainMeasurement.flat),
        Measurement(name: "memory", make: MemoryMeasurement.make),
        Measurement(name: "start", make: StartMeasurement.make),
        Measurement(name: "limit", make: LimitMeasurement.make),
        Measurement(name: "status", make: StatusMeasurement.make),
    ]
}
