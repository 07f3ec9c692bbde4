import Settings
import Testing

@Suite struct ReferenceExampleTests {
    private static let reference = """
        database: /var/lib/app/app.db
        state_dir: /var/lib/journey-outbox           # default $STATE_DIRECTORY, else below $XDG_STATE_HOME
        deployment: NAME                              # optional
        api:
          url: https://apix.spotzee.com/api/client   # plain http for loopback only
          version: "2026-04-28"
          key_file: /run/credentials/api-key         # else $CREDENTIALS_DIRECTORY/api-key, else SPOTZEE_API_KEY
          previous_key_file: /run/credentials/old-key
          idempotency: auto                          # auto | enforced | absent
          rate: ["1000/10s", "8000/1m"]              # or unlimited
        journeys:
          welcome: { id: 33 }                        # users shape, batches of up to 100
          trial-ending: { id: 41, entrance_id: 42 }  # entrance shape: one request per user
        delivery:
          batch_size: 100        # 1…100
          batch_bytes: 1MiB      # 64KiB…16MiB
          connections: 8         # 1…256
          linger: 20ms            # 0s…1m
          request_timeout: 30s    # 1s…10m
          backoff: { initial: 1s, max: 5m }
          max_attempts: 5         # 1…1000
          unknown_after: 22h      # 0s…23h
        retention: 7d
        """

    @Test func `the reference example loads`() throws {
        var api = APISettings(key: .file("/run/credentials/api-key"), previousKey: .file("/run/credentials/old-key"))
        api.rateLimits = [
            RateLimitSetting(requests: 1000, per: .seconds(10)), RateLimitSetting(requests: 8000, per: .seconds(60)),
        ]
        let expected = Configuration(
            file: "/home/c.yaml", database: "/var/lib/app/app.db", stateDirectory: "/var/lib/journey-outbox",
            deployment: "NAME", api: api,
            journeys: [
                "welcome": JourneySettings(name: "welcome", id: 33),
                "trial-ending": JourneySettings(name: "trial-ending", id: 41, entranceID: 42),
            ])
        #expect(try load(Self.reference) == expected)
    }

    @Test func `a database alone gives the defaults in numbers`() throws {
        let configuration = try load("database: app.db")
        let delivery = configuration.delivery
        #expect(configuration.database == "/home/app.db")
        #expect(configuration.stateDirectory == "/home/ada/.local/state/journey-outbox")
        #expect(configuration.deployment == nil)
        #expect(configuration.api.url == "https://apix.spotzee.com/api/client")
        #expect(configuration.api.version == "2026-04-28")
        #expect(configuration.api.key == .environmentVariable("SPOTZEE_API_KEY"))
        #expect(configuration.api.idempotency == .auto)
        #expect(configuration.journeys.isEmpty)
        #expect(delivery.batchSize == 100)
        #expect(delivery.batchBytesMax == 1_048_576)
        #expect(delivery.connections == 8)
        #expect(delivery.linger == .milliseconds(20))
        #expect(delivery.requestTimeout == .seconds(30))
        #expect(delivery.backoff.initial == .seconds(1))
        #expect(delivery.backoff.max == .seconds(300))
        #expect(delivery.attemptsMax == 5)
        #expect(delivery.unknownAfter == .seconds(79_200))
        #expect(configuration.retention == .seconds(604_800))
    }

    @Test func `every setting can be changed`() throws {
        let configuration = try load(
            """
            database: /d
            api: { url: "http://[::1]:8080/api/", version: 2027-01-31, idempotency: absent, rate: unlimited }
            journeys: { a: { id: 1, on_unknown: resend, on_dead: block, priority: -7 } }
            delivery:
              { batch_size: 1, batch_bytes: 64KiB, connections: 256, linger: 0s, request_timeout: 10m,
                backoff: { initial: 10ms, max: 1h }, max_attempts: 1000, unknown_after: 0s }
            retention: 36h
            """)
        let journey = try #require(configuration.journeys["a"])
        #expect(configuration.api.url == "http://[::1]:8080/api")
        #expect(configuration.api.version == "2027-01-31")
        #expect(configuration.api.idempotency == .absent)
        #expect(configuration.api.rateLimits == [])
        #expect(journey.onUnknown == .resend)
        #expect(journey.onDead == .block)
        #expect(journey.priority == -7)
        #expect(configuration.delivery.batchBytesMax == 65_536)
        #expect(configuration.delivery.linger == .zero)
        #expect(configuration.delivery.backoff.max == .seconds(3600))
        #expect(configuration.retention == .seconds(129_600))
    }
}
