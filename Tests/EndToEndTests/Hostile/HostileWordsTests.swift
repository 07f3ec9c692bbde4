import AsyncHTTPClient
import Foundation
import GRDB
import NIOCore
import Testing

/// Texts from rows, the API, files and arguments add no terminal control and no line to any output of the program.
/// `HOSTILE_WORDS` sets the number of runs.
struct HostileWordsTests {
    private static let turns = ProcessInfo.processInfo.environment["HOSTILE_WORDS"].flatMap(UInt64.init) ?? 1
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1

    private static let journeys: [HostileTextAPI.AnswerForm: String] = [
        .rejecting: "welcome", .invalid: #"trial\u202Eending"#, .closed: #"clo\u2066sed"#,
        .mismatched: #"mis\u200Ematched"#,
        .untitled: #"un\u2028titled"#, .edge: "edge",
    ]

    private static func yaml(_ bench: Workbench) -> String {
        let names = journeys.map { journey, name in
            #"  "\#(name)": { id: \#(journey.rawValue)"# + (journey == .invalid ? ", entrance_id: 42 }" : " }")
        }.sorted()
        return """
            database: \(bench.path)
            state_dir: \(bench.folder.path)/state
            api: { url: "\(bench.url)", rate: unlimited, idempotency: enforced }
            journeys:
            \(names.joined(separator: "\n"))
            delivery:
              backoff: { initial: 10ms, max: 50ms }
              max_attempts: 2
            """
    }

    @Test func `no text of a row, the API, a file or an argument controls a terminal or forges a line`() async throws {
        var outputs = 0
        for turn in 0..<Self.turns {
            let wrong = try await Self.play(Self.seed &+ turn)
            #expect(wrong.all.prefix(20).isEmpty, "HOSTILE_SEED=\(Self.seed &+ turn)")
            outputs += wrong.outputs
        }
        print("hostile words: \(outputs) outputs, logs and scrapes in \(Self.turns) turns")
    }

    private static func play(_ seed: UInt64) async throws -> ViolationList {
        let wrong = ViolationList()
        let api = HostileTextAPI(seed: seed)
        let server = try await RawServer { api.answer($0) }
        try await Workbench.open { bench in
            var bench = bench
            bench.front = server.port
            let look = Look(bench: bench, yaml: Self.yaml(bench), wrong: wrong)
            var words = HostileWords(seed: seed &+ 1000)
            try Self.insert(bench, &words)
            try await look.untilSaid { try Self.areThere(bench) }
            for form in [["--log-contacts"], ["--log-format", "json", "--json"]] {
                try Self.insert(bench, &words)
                try await look.at(["drain", "--timeout", "2s", "--verbose"] + form)
            }
            try await look.at(["pause", words.text(), "--reason", words.text()])
            try await look.atEverything(&words)
            try Self.insert(bench, &words)
            api.revoke()
            try await look.atRunning()
            try await look.atEverything(&words)
        }
        try await server.close()
        return wrong
    }

    /// Rows for every journey, and for journeys that are not configured.
    private static func insert(_ bench: Workbench, _ words: inout HostileWords) throws {
        var rows: [(String, [UInt8], String)] = []
        for name in journeys.values {
            let journey = name.replacing(/\\u([0-9A-F]{4})/) { match in
                Unicode.Scalar(UInt32(match.1, radix: 16) ?? 0).map { String($0) } ?? ""
            }
            for _ in 0..<3 { rows.append((journey, Array(words.text().utf8), words.text())) }
        }
        for _ in 0..<3 { rows.append((words.text(), Array(words.text().utf8), words.text())) }
        rows.append(("welcome", Array(words.text().utf8) + [0x9B, 0xC3, 0x28], words.text()))
        let chosen = rows
        try bench.business.write { db in
            for (journey, contact, email) in chosen {
                try db.execute(
                    sql: """
                        INSERT INTO outbox (journey, external_id, email, ordering_key, dedup_key)
                        VALUES (?, CAST(? AS TEXT), ?, ?, NULL)
                        """, arguments: [journey, Data(contact), email, email])
            }
        }
    }

    /// Whether the texts have reached every possible place.
    private static func areThere(_ bench: Workbench) throws -> Bool {
        try [
            "SELECT count(*) FROM outbox_dead WHERE instr(code, char(27))",
            "SELECT count(*) FROM outbox_dead WHERE instr(message, char(27))",
            "SELECT count(*) FROM outbox_batch WHERE state = 'in_doubt' AND instr(answers, '\\u001b')",
            "SELECT count(*) FROM outbox_pause WHERE instr(detail, char(27))",
            "SELECT count(*) FROM outbox_batch WHERE request_id IS NOT NULL",
        ].allSatisfy { try bench.query($0) ?? 0 > 0 }
    }
}

/// Runs commands and examines their output.
private struct Look {
    let bench: Workbench
    let yaml: String
    let wrong: ViolationList

    @discardableResult
    func at(_ command: [String], configuration: String? = nil, isSilent: Bool = false) async throws -> Data {
        let process = try bench.start(command, configuration: configuration ?? yaml)
        let end = await process.end()
        let output = try Data(contentsOf: URL(fileURLWithPath: process.outputPath))
        let shown = command.map(\.debugDescription).joined(separator: " ")
        if case .exited(let code) = end, [0, 1, 3, 64, 78].contains(code) {
        } else {
            wrong.add("\(shown): ended \(end)")
        }
        if output.isEmpty && !isSilent { wrong.add("\(shown) says nothing") }
        wrong.add(SteeringText.places(in: output), of: shown)
        let objects = output.split(separator: 0x0A).filter { $0.first == UInt8(ascii: "{") }
        if !objects.allSatisfy(Self.isJSON) { wrong.add("\(shown): a line that is no JSON") }
        if end == .exited(0), command.contains("--json"), !command.contains("json"), objects.count != 1 {
            wrong.add("\(shown): \(objects.count) objects")
        }
        return output
    }

    private static func isJSON(_ line: Data) -> Bool {
        do { return try JSONSerialization.jsonObject(with: Data(line)) is [String: Any] } catch { return false }
    }

    /// Every command that shows stored data, in both forms, and every error that repeats its input.
    func atEverything(_ words: inout HostileWords) async throws {
        var commands = [
            ["status"], ["doctor"], ["journeys"], ["intents", "list"], ["dead-letters", "list"], ["batches", "list"],
            ["adopt"], ["intents", "list", "--journey", words.text()],
            ["dead-letters", "list", "--code", words.text()],
            ["dead-letters", "retry", "99999", "1"], ["intents", "cancel", "1", "99999"], ["why", "99999"],
            ["resolve", "1", "99999", "--delivered"], ["resolve", "--batch", "99999", "--resend"],
            ["batches", "show", "99999"], ["dead-letters", "show", "99999"], ["resume", words.text()],
            ["pause", words.text(), "--reason", words.text()],
            ["enqueue", words.text(), "--external-id", words.text(), "--data", words.text()],
            ["enqueue", words.text(), "--traceparent", words.text()],
            ["doctor", "--worker-user", words.text(), "--producer-user", words.text()],
            ["backup", bench.folder.path + "/" + words.text() + "/" + words.text()],
            ["intents", "list", "--cursor", words.text()], ["batches", "list", "--cursor", words.text()],
        ]
        commands += try ids("SELECT max(id) FROM outbox_batch GROUP BY journey, state").map {
            ["batches", "show", "\($0)"]
        }
        commands += try ids("SELECT max(id) FROM outbox_intents GROUP BY journey, state LIMIT 9").map {
            ["why", "\($0)"]
        }
        let dead = try ids("SELECT max(id) FROM outbox_dead GROUP BY journey, code LIMIT 5")
        commands += dead.flatMap { [["why", "\($0)"], ["dead-letters", "show", "\($0)"]] }
        for command in commands { for form in [[], ["--json"]] { try await at(command + form) } }
        try await atFiles(&words)
    }

    private func ids(_ sql: String) throws -> [Int64] {
        try bench.business.read { try Int64.fetchAll($0, sql: sql) }
    }

    /// Files with hostile names and contents.
    private func atFiles(_ words: inout HostileWords) async throws {
        let name = words.text().replacing("/", with: "")
        let file = bench.folder.appendingPathComponent(name)
        try await at(["enqueue", "--from", file.path])
        for command in ["status", "doctor", "migrate", "journeys"] {
            try await at([command, "--database", file.path])
        }
        for line in [#"{"journey":"w","\#(words.column())":1}"#, words.text(), #"{"journey":"w"}"#] {
            try line.write(to: file, atomically: true, encoding: .utf8)
            try await at(["enqueue", "--from", file.path])
        }
        try await at(["status", "--database", file.path])
        try FileManager.default.removeItem(at: file)
        try await at(["backup", file.path], isSilent: true)
        for command in ["status", "doctor"] { try await at([command, "--database", file.path]) }
        try FileManager.default.removeItem(at: file)
        let problems = "\(words.column()): 1\n\"\(words.column())\": { a: 1 }\nretention: \"\(words.column())\"\n"
        for command in ["status", "run", "doctor"] { try await at([command], configuration: problems) }
        try await at(["status"], configuration: yaml + "\n" + words.text())
    }

    /// A worker's log until the API has sent every kind of hostile text.
    func untilSaid(_ isSaid: () throws -> Bool) async throws {
        let worker = try bench.start(["run", "--verbose", "--log-contacts"], configuration: yaml)
        try await bench.untilTrue(isSaid)
        worker.send(SIGTERM)
        _ = await worker.end()
        wrong.add(SteeringText.places(in: try Data(contentsOf: URL(fileURLWithPath: worker.outputPath))), of: "the log")
    }

    /// The log and the metrics of a worker whose requests are all refused.
    func atRunning() async throws {
        let file = bench.folder.appendingPathComponent("running.yaml")
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        let worker = try bench.start(["run", "--http", "127.0.0.1:0", "--verbose"], file: file)
        try await bench.untilOutput(of: worker, contains: "http_listening address=")
        let address = try #require(try worker.text.firstMatch(of: /http_listening address=(\S+)/)).1
        try await bench.untilTrue { try bench.query("SELECT count(*) FROM outbox_pause WHERE scope = ''") == 1 }
        // The gauges are sampled from the database every few seconds, the operator's pause included.
        var metrics = Data()
        while !String(decoding: metrics, as: UTF8.self).contains("journey_outbox_paused{scope=\"w") {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(address)/metrics"), deadline: .now() + .seconds(30))
            metrics = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
            try await Task.sleep(for: .milliseconds(100))
        }
        wrong.add(SteeringText.places(in: metrics), of: "the metrics")
        try (yaml + "\n\u{202E}x: 1\n").write(to: file, atomically: true, encoding: .utf8)
        worker.send(SIGHUP)
        try await bench.untilOutput(of: worker, contains: "configuration_refused")
        worker.send(SIGTERM)
        _ = await worker.end()
        wrong.add(SteeringText.places(in: try Data(contentsOf: URL(fileURLWithPath: worker.outputPath))), of: "the log")
    }
}

extension HostileWords {
    /// The same text, escaped in a quoted string of JSON or YAML.
    fileprivate mutating func column() -> String {
        String(decoding: json().dropFirst().dropLast(), as: UTF8.self)
    }
}
