import Foundation
import Logging
import Synchronization
import Testing

@testable import Delivery
@testable import journey_outbox

@Suite struct LogTests {
    private final class Lines: Sendable {
        let text = Mutex("")
        func logger(_ format: LogFormat = .text, hasPriority: Bool = false) -> Logger {
            var handler = LineLogHandler(format: format, hasPriority: hasPriority) { line in
                self.text.withLock { $0 += line }
            }
            handler.logLevel = .debug
            return Logger(label: "test") { [handler] _ in handler }
        }
        var all: String { text.withLock { $0 } }
    }

    // MARK: The documents

    @Test func `the list of events is every event with its level and fields`() throws {
        let rows = try Repository.table("docs/logs.md", under: "Every event").map { Array($0.prefix(3)) }
        let events = EventKind.allCases.map { event in
            let fields = event.fields.map(\.rawValue)
            return [
                event.rawValue, event.level.rawValue, fields.isEmpty ? "–" : fields.joined(separator: ", "),
            ]
        }
        #expect(rows == events)
        for event in EventKind.allCases {
            #expect(event.fields.map(\.rawValue) == event.fields.map(\.rawValue).sorted())
        }
    }

    @Test func `the list of fields is every field`() throws {
        let rows = try Repository.table("docs/logs.md", under: "Every field").map { $0[0] }
        #expect(rows == EventField.allCases.map(\.rawValue))
        let used = Set(EventKind.allCases.flatMap(\.fields))
        #expect(used == Set(EventField.allCases))
    }

    @Test func `nothing is logged past the list`() throws {
        let sources = Repository.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var seen = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            seen += 1
            guard file.lastPathComponent != "EventKind.swift" else { continue }
            let calls = text.matches(of: /logger\.(trace|debug|info|notice|warning|error|critical|log)\(/)
            #expect(calls.isEmpty, "\(file.lastPathComponent)")
        }
        #expect(seen > 100)
    }

    // MARK: The forms

    @Test func `text, JSON and the journal's priority`() {
        let text = Lines()
        text.logger().note(.batchAgain, [.batch: 7, .journey: "a b", .code: nil])
        #expect(text.all.hasSuffix(" info batch_again batch=7 journey=\"a b\"\n"))
        let json = Lines()
        json.logger(.json).note(.batchAgain, [.batch: 7, .journey: "7"])
        #expect(json.all.hasSuffix(#","level":"info","event":"batch_again","batch":7,"journey":"7"}"# + "\n"))
        let rate = Lines()
        rate.logger(.json).note(.rateLearned, [.perSecond: 14.3])
        #expect(rate.all.hasSuffix(#""event":"rate_learned","per_second":14.3}"# + "\n"))
        let journal = Lines()
        journal.logger(.text, hasPriority: true).note(.batchInDoubt, [.batch: 7])
        #expect(journal.all == "<3>batch_in_doubt batch=7\n")
        let both = Lines()
        both.logger(.json, hasPriority: true).note(.configurationReloaded)
        #expect(both.all.hasPrefix(#"<5>{"time":""#))
    }

    @Test func `only the stream that systemd made is the journal`() throws {
        var file = stat()
        let descriptor = open("/dev/null", O_WRONLY)
        defer { close(descriptor) }
        #expect(fstat(descriptor, &file) == 0)
        func isJournal(_ value: String?) -> Bool {
            JournalStream.isStandardError(
                environment: value.map { ["JOURNAL_STREAM": $0] } ?? [:], descriptor: descriptor)
        }
        #expect(isJournal("\(file.st_dev):\(file.st_ino)"))
        #expect(!isJournal("\(file.st_dev):\(file.st_ino + 1)"))
        #expect(!isJournal(nil))
    }

    // MARK: What is kept out

    @Test func `a contact is a keyed hash, the same for as long as the key is`() {
        let mark = ContactMark.hashed(underAPIKey: "sk_one")
        let hash = mark.text(for: "ann@example.com")
        #expect(hash.wholeMatch(of: /hash:[0-9a-f]{16}/) != nil)
        #expect(ContactMark.hashed(underAPIKey: "sk_one").text(for: "ann@example.com") == hash)
        #expect(mark.text(for: "bob@example.com") != hash)
        #expect(ContactMark.hashed(underAPIKey: "sk_two").text(for: "ann@example.com") != hash)
        #expect(ContactMark.plain.text(for: "ann@example.com") == "ann@example.com")
    }

    private static let member =
        #"[[17,0,0,"cust_canary",null,"canary@example.com",null,null,null,null,1,null,null,null,2,9,null]]"#

    private static var death: Settlement {
        let batch = Batch(
            id: 4, journey: "welcome", key: "k",
            target: Target(url: "u", journey: 1, entrance: nil, version: "v"),
            apiKeyFingerprint: "fp", traceparent: nil, parent: nil, size: 1, body: Array("payload-canary".utf8),
            members: MemberList(text: Array(member.utf8)), frozenAt: Scene.now, attempt: 2, possiblyExecutedSince: nil,
            possiblyExecutedBefore: nil, replays: 0)
        let words = "canary@example.com is not welcome"
        var settlement = Settlement(
            batch: batch, fate: .settled(.rejected),
            record: AnswerRecord(status: 200, code: words, message: words, requestID: words))
        settlement.leaving = [0: .dead(Rejection(code: words, message: words), attempts: 2)]
        return settlement
    }

    @Test func `a dead intent is logged with its contact's hash and none of the API's own words`() {
        let lines = Lines()
        EventLog(logger: lines.logger(), contacts: .hashed(underAPIKey: "sk_one")).note(.settled(Self.death))
        #expect(lines.all.contains("warning intent_dead attempts=2 batch=4 code=other contact=hash:"))
        #expect(lines.all.contains(" intent=17 journey=welcome\n"))
        #expect(!lines.all.contains("canary"))
    }

    @Test func `with --log-contacts the contact stands in the log`() {
        let lines = Lines()
        EventLog(logger: lines.logger(), contacts: .plain).note(.settled(Self.death))
        #expect(lines.all.contains("contact=cust_canary"))
    }

    @Test func `a pause is logged by its cause, without the API's message`() {
        let lines = Lines()
        let pause = Pause(
            scope: .everything, cause: "unauthorized", detail: "canary: key sk_live_1 is revoked", requestID: "req_1",
            since: Scene.now, nextProbe: nil, probes: 0)
        EventLog(logger: lines.logger(), contacts: .plain).note(.paused(pause))
        #expect(lines.all.hasSuffix("warning pause_began cause=unauthorized request_id=req_1 scope=everything\n"))
    }

    @Test(arguments: [
        ("resource_missing", "resource_missing"), ("http_404", "http_404"), ("", "other"), ("a b", "other"),
        ("ann@example.com", "other"), (String(repeating: "x", count: 101), "other"),
    ])
    func `only what looks like a code is one`(text: String, code: String) {
        #expect(ForeignText.code(text) == code)
    }

    @Test func `numbers that cannot be read are logged, and the next look may succeed`() throws {
        let scene = try Scene()
        let lines = Lines()
        let seen = Mutex(0)
        func sampler(_ path: String) -> BacklogSampler {
            BacklogSampler(database: path, logger: lines.logger()) { _, _ in seen.withLock { $0 += 1 } }
        }
        sampler(scene.path + ".gone").look()
        #expect(lines.all.contains("warning sample_failed reason="))
        #expect(seen.withLock { $0 } == 0)
        sampler(scene.path).look()
        #expect(seen.withLock { $0 } == 1)
    }
}
