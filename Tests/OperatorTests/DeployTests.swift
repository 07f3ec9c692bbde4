import ArgumentParser
import Foundation
import Testing

@testable import journey_outbox

@Suite struct DeployTests {
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("journey-outbox").path

    @Test func `make install-files puts everything where the system looks for it`() throws {
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("install-\(UUID().uuidString)")
        defer {
            do { try FileManager.default.removeItem(at: target) } catch { Issue.record("\(error)") }
        }
        let made = try Tool.run(
            ["make", "-s", "install-files", "DESTDIR=\(target.path)", "PREFIX=/opt/outbox", "PROGRAM=\(Self.program)"],
            in: Repository.root)
        #expect(made.status == 0, "\(made.output)")
        func text(_ path: String) throws -> String {
            try String(contentsOf: target.appendingPathComponent("opt/outbox/\(path)"), encoding: .utf8)
        }
        #expect(
            try text("lib/systemd/system/journey-outbox.service").contains(
                "ExecStart=/opt/outbox/bin/journey-outbox run"))
        #expect(try text("lib/sysusers.d/journey-outbox.conf").contains("u journey-outbox"))
        #expect(try text("lib/tmpfiles.d/journey-outbox.conf").contains("2770"))
        #expect(try text("share/journey-outbox/migrations/0001_outbox_tables.up.sql").contains("CREATE TABLE outbox"))
        #expect(try text("share/journey-outbox/prometheus/alerts.yaml").contains("JourneyOutboxDown"))
        #expect(try text("share/journey-outbox/grafana/journey-outbox.json").contains("journey_outbox_intents"))
        #expect(try text("share/man/man1/journey-outbox.1").contains(".Sh EXIT STATUS"))
        for (path, word) in [
            ("bash-completion/completions/journey-outbox", "dead-letters"),
            ("zsh/site-functions/_journey-outbox", "doctor"),
            ("fish/vendor_completions.d/journey-outbox.fish", "why"),
        ] {
            #expect(try text("share/\(path)").contains(word), "\(path)")
        }
    }

    @Test func `the unit does not restart after an exit that a restart cannot repair`() throws {
        let unit = try Repository.text("deploy/journey-outbox.service").split(separator: "\n").map(String.init)
        for line in [
            "Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "Restart=on-failure",
            "RestartPreventExitStatus=64 78", "WatchdogSec=60s",
            "ExecStart=/usr/bin/journey-outbox run --config /etc/journey-outbox/config.yaml",
        ] {
            #expect(unit.contains(line))
        }
    }

    static let hasMan = Tool.works("python3", "--version")

    @Test(.enabled(if: hasMan, "python3 is not installed"))
    func `the man page matches the argument definitions`() throws {
        let made = try Tool.run(["scripts/man-page", Self.program], in: Repository.root)
        #expect(made.status == 0)
        #expect(try made.output == Repository.text("docs/journey-outbox.1"), "type: make man")
    }

    @Test(.enabled(if: Tool.works("groff", "--version"), "groff is not installed"))
    func `the man page is valid`() throws {
        let made = try Tool.run(
            ["groff", "-mandoc", "-Tutf8", "-ww", "-z", Repository.path("docs/journey-outbox.1")])
        #expect(made.status == 0)
        #expect(made.output == "")
    }

    @Test(.enabled(if: Tool.works("bash", "--version"), "bash is not installed"))
    func `bash completes commands and options`() throws {
        let script = JourneyOutboxCommand.completionScript(for: .bash)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("completion-\(UUID().uuidString)")
        try script.write(to: file, atomically: true, encoding: .utf8)
        defer { unlink(file.path) }
        let asked = try Tool.run([
            "bash", "-c",
            """
            . "$1"; COMP_WORDS=(journey-outbox do); COMP_CWORD=1; COMP_LINE='journey-outbox do'; COMP_POINT=17
            _journey-outbox journey-outbox do journey-outbox 2>/dev/null || _journey_outbox; echo "${COMPREPLY[@]}"
            """, "bash", file.path,
        ])
        #expect(asked.output.contains("doctor"), "\(asked.output)")
    }

    @Test func `every alert is in the runbook, with a command`() throws {
        let alerts = try Repository.text("deploy/prometheus/alerts.yaml").matches(of: /- alert: (\w+)/).map {
            String($0.1)
        }
        let guide = try Repository.text("docs/operations.md")
        #expect(alerts.count == 11)
        let start = try #require(guide.range(of: "\n## Runbook\n")?.upperBound)
        let sections = guide[start...].components(separatedBy: "\n### ").dropFirst()
        #expect(sections.map { String($0.prefix { $0 != "\n" }) } == alerts)
        for section in sections { #expect(section.contains("journey-outbox "), "\(section.prefix(40))") }
        let rules = try Repository.text("deploy/prometheus/alerts.yaml")
        for alert in alerts { #expect(rules.contains("runbook: docs/operations.md#\(alert.lowercased())")) }
    }

    @Test func `every command is in the documentation of commands, with its exit codes`() throws {
        let guide = try Repository.text("docs/commands.md")
        for command in JourneyOutboxCommand.configuration.subcommands where command.configuration.shouldDisplay {
            let name = try #require(command.configuration.commandName)
            #expect(guide.contains(name), "\(name)")
        }
        let help = JourneyOutboxCommand.helpMessage().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for row in try Repository.table("docs/commands.md", under: "Exit codes") {
            #expect(help.contains("\(row[0]) "), "\(row)")
        }
        #expect(
            try Repository.table("docs/commands.md", under: "Exit codes").map { $0[0] } == [
                "0", "1", "3", "64", "74", "75", "78",
            ])
    }
}
