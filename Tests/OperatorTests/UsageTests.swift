import ArgumentParser
import Testing

@testable import journey_outbox

@Suite struct UsageTests {
    @Test(arguments: [
        "dead-letters retry", "dead-letters discard --dry-run", "dead-letters retry 1 --journey a",
        "dead-letters retry 1 --all",
        "dead-letters retry --all --code x", "intents cancel", "intents cancel 1 --state pending", "resolve 1",
        "resolve --delivered", "resolve 1 --delivered --resend", "resolve 1 --all --resend",
        "resolve 1 --contact a --resend", "resolve --batch 1 --journey a --resend", "enqueue",
        "enqueue --from - --email a", "intents list --limit 0", "intents list --state delivered",
        "batches list --state dead",
        "dead-letters list --older-than 2", "enqueue w --email a --scheduled-at tomorrow", "dead-letters retry x",
    ])
    func `a command that selects nothing or too much is a usage error`(line: String) {
        let error = #expect(throws: (any Error).self) {
            _ = try JourneyOutboxCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        #expect(error.map { JourneyOutboxCommand.exitCode(for: $0) } == .validationFailure)
    }

    @Test(arguments: [
        "status --json",
        "dead-letters list --journey a --code b --contact c --older-than 2h --limit 5 --cursor x --json",
        "dead-letters show 1 --json", "dead-letters retry 1 2 3 --dry-run --json", "dead-letters discard --all",
        "dead-letters retry --code x", "intents list --state in_doubt --state pending",
        "intents cancel --journey a --dry-run",
        "batches list --state in_doubt --journey a --limit 3", "batches show 3", "resolve 1 2 --resend",
        "resolve --batch 3 --delivered --dry-run --json", "resolve --all --resend",
        "resolve --journey a --contact b --older-than 2h --delivered", "pause", "pause a --reason b",
        "resume a",
        "enqueue a --external-id b --profile {} --data {} --scheduled-at 2027-01-01T00:00:00Z --database c",
        "enqueue --from -", "enqueue a --from x.ndjson --json",
    ])
    func `every command line in the documentation is valid`(line: String) throws {
        _ = try JourneyOutboxCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    }
}
