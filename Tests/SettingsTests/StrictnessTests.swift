import Testing

@Suite struct StrictnessTests {
    @Test func `all problems are reported at once, in the order of the file`() {
        let yaml = """
            databse: /d
            api:
              url: http://example.com
              rate: 1000/10s
            journeys:
              welcome: { id: 33 }
              welcome: { id: 34 }
              hello: { id: "35", on_unknwon: hold }
            delivery:
              batch_size: 101
              linger: 20
            retention: 7d
            retention: 8d
            """
        #expect(
            problems(yaml) == [
                "c.yaml:1:1: databse: unknown key; did you mean database?",
                "c.yaml:1:1: database: is missing; add database: /var/lib/app/app.db",
                "c.yaml:3:8: api.url: sends the key unencrypted beyond this machine; write https://",
                #"c.yaml:4:9: api.rate: "1000/10s" is not a list; write ["1000/10s"]"#,
                "c.yaml:7:3: journeys.welcome: is given twice, first on line 6; keep one",
                #"c.yaml:8:16: journeys.hello.id: "35" is text; write the number without quotes"#,
                "c.yaml:8:22: journeys.hello.on_unknwon: unknown key; did you mean on_unknown?",
                #"c.yaml:10:15: delivery.batch_size: "101" is out of range; give 1…100"#,
                #"c.yaml:11:11: delivery.linger: "20" has no unit; write 20ms, or another of ms, s, m, h, d"#,
                "c.yaml:13:1: retention: is given twice, first on line 12; keep one",
            ])
    }

    @Test(arguments: [
        ("retentoin: 7d", "c.yaml:2:1: retentoin: unknown key; did you mean retention?"),
        ("state-dir: /s", "c.yaml:2:1: state-dir: unknown key; did you mean state_dir?"),
        ("Retention: 7d", "c.yaml:2:1: Retention: unknown key; did you mean retention?"),
        ("batch_size: 5", "c.yaml:2:1: batch_size: unknown key; it belongs at delivery.batch_size"),
        ("<<: { retention: 7d }", "c.yaml:2:1: <<: unknown key; merge keys are not supported, write the keys out"),
        (
            "delivery: { backoff: { factor: 2 } }",
            "c.yaml:2:24: delivery.backoff.factor: unknown key; known keys: initial, max"
        ),
        (
            "api: { sk_live_1: x }",
            "c.yaml:2:8: api.sk_…(redacted): unknown key; "
                + "known keys: url, version, key_file, previous_key_file, idempotency, rate"
        ),
    ])
    func `an unknown key comes with a suggestion`(yaml: String, expected: String) {
        #expect(problems(below: yaml) == [expected])
    }

    @Test(arguments: [
        ("deployment: [a]", "c.yaml:2:13: deployment: is a list, not a name; write one value"),
        ("deployment: {a: b}", "c.yaml:2:13: deployment: is a mapping, not a name; write one value"),
        ("deployment:", "c.yaml:2:12: deployment: has no value; write one or remove the key"),
        ("deployment: ~", "c.yaml:2:13: deployment: has no value; write one or remove the key"),
        (#"deployment: """#, "c.yaml:2:13: deployment: is an empty name; give it at least one letter"),
        ("delivery: 5", "c.yaml:2:11: delivery: is not a mapping; write indented lines of the form key: value"),
        ("journeys: [a]", "c.yaml:2:11: journeys: is not a mapping; write indented lines of the form key: value"),
        (
            "delivery: { connections: 8.0 }",
            #"c.yaml:2:26: delivery.connections: "8.0" is not a whole number; write digits only, such as 1"#
        ),
        (
            "delivery: { connections: 010 }",
            #"c.yaml:2:26: delivery.connections: "010" is not a whole number; write digits only, such as 1"#
        ),
        (
            "delivery: { connections: 99999999999999999999 }",
            #"c.yaml:2:26: delivery.connections: "99999999999999999999" is out of range; give 1…256"#
        ),
        (
            "api: { idempotency: enforce }",
            #"c.yaml:2:21: api.idempotency: "enforce" is not allowed; did you mean enforced?"#
        ),
        (
            "api: { idempotency: yes }",
            #"c.yaml:2:21: api.idempotency: "yes" is not allowed; give one of auto, enforced, absent"#
        ),
        (
            "api: { version: 2026-4-28 }",
            #"c.yaml:2:17: api.version: "2026-4-28" is not a date; write YYYY-MM-DD, such as 2026-04-28"#
        ),
        (
            "api: { version: 2026-13-28 }",
            #"c.yaml:2:17: api.version: "2026-13-28" is not a date; write YYYY-MM-DD, such as 2026-04-28"#
        ),
        ("[a, b]: c", "c.yaml:2:1: has a list or mapping for a key; write a name"),
    ])
    func `a value of the wrong kind is refused`(yaml: String, expected: String) {
        #expect(problems(below: yaml) == [expected])
    }

    @Test(arguments: [
        "delivery: { batch_size: 0 }", "delivery: { batch_size: -1 }", "delivery: { batch_bytes: 63KiB }",
        "delivery: { batch_bytes: 17MiB }", "delivery: { connections: 0 }", "delivery: { connections: 257 }",
        "delivery: { linger: 61s }", "delivery: { request_timeout: 999ms }", "delivery: { request_timeout: 11m }",
        "delivery: { max_attempts: 0 }", "delivery: { max_attempts: 1001 }", "delivery: { unknown_after: 24h }",
        "delivery: { backoff: { initial: 9ms } }", "delivery: { backoff: { max: 61m } }", "retention: 59m",
        "retention: 3651d", "journeys: { a: { id: 0 } }", "journeys: { a: { id: 1, entrance_id: 0 } }",
        "journeys: { a: { id: 1, priority: 1001 } }", "journeys: { a: { id: 9007199254740992 } }",
        "retention: 99999999999999999d",
    ])
    func `a value out of range is refused`(yaml: String) {
        let found = problems(below: yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains("is out of range; ") == true, "\(found)")
    }

    @Test(arguments: [
        ("delivery: { linger: 20 }", "write 20ms"), ("delivery: { unknown_after: 22 }", "write 22h"),
        ("delivery: { request_timeout: 30 }", "write 30s"), ("retention: 7", "write 7d"),
        ("delivery: { batch_bytes: 65536 }", "write 65536B"),
    ])
    func `a missing unit is suggested as the key has it`(yaml: String, remedy: String) {
        let found = problems(below: yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(remedy) == true, "\(found)")
    }

    @Test func `a secret key in the wrong place is not repeated`() {
        #expect(
            problems(below: "retention: sk_live_hidden\njourneys: { task_a: { id: x } }") == [
                #"c.yaml:2:12: retention: "sk_…(redacted)" is not a duration; "#
                    + "write a whole number and one of ms, s, m, h, d",
                #"c.yaml:3:27: journeys.task_a.id: "x" is not a whole number; write digits only, such as 1"#,
            ])
    }

    @Test func `an empty section keeps its defaults`() {
        #expect(problems(below: "api:\ndelivery:\njourneys:\n") == [])
    }

    @Test func `a first wait above the longest is refused`() {
        #expect(
            problems(below: "delivery: { backoff: { initial: 30s, max: 1s } }") == [
                "c.yaml:2:33: delivery.backoff.initial: 30s is above delivery.backoff.max, 1s; lower it or raise max"
            ])
    }

    @Test func `no more than a hundred problems are listed, and the rest counted`() {
        let yaml = (1...150).map { "zzzzzzzz\($0): 1" }.joined(separator: "\n")
        let found = problems(below: yaml)
        #expect(found.count == 101)
        #expect(found.last == "and 50 more; correct these first")
    }
}
