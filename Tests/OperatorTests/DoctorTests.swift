import Delivery
import Foundation
import GRDB
import Operation
import Settings
import Testing

@testable import SQLiteStore
@testable import SpotzeeAPI
@testable import journey_outbox

@Suite(.timeLimit(.minutes(2)))
struct DoctorTests {
    // MARK: The database

    private func severities(_ checks: [Check]) -> [String: Check.Severity] {
        Dictionary(checks.map { ($0.name, $0.severity) }) { max($0, $1) }
    }

    @Test func `a sound database passes every check, and without a worker there is a warning`() throws {
        let scene = try Scene()
        let checks = DatabaseChecks(engine: SQLiteEngine(database: scene.path), configuration: nil).all(at: Scene.now)
        let found = severities(checks)
        #expect(found["schema"] == .ok)
        #expect(found["journal_mode"] == .ok)
        #expect(found["idempotency"] == .ok)
        #expect(found["worker"] == .warn)
        #expect(checks.first { $0.name == "worker" }?.remedy == "systemctl start journey-outbox")
        #expect(severities(LockChecks(path: scene.path).all) == ["write_lock": .ok, "log": .ok])
        #expect(severities(FileChecks(database: scene.path).all)["database_file"] == .ok)
    }

    @Test func `a missing trigger fails the check, and the fix is migrate`() throws {
        let scene = try Scene()
        try scene.run("DROP TRIGGER outbox_guard")
        let schema = try #require(
            DatabaseChecks(engine: SQLiteEngine(database: scene.path), configuration: nil).all(at: Scene.now).first)
        #expect(schema.severity == .fail)
        #expect(schema.finding.contains("outbox_guard is missing"))
        #expect(schema.remedy == "journey-outbox migrate --database \(scene.path)")
    }

    @Test func `a running worker is reported, and so is another version of it`() throws {
        let scene = try Scene()
        let lock = try WorkerLock(database: scene.path)
        func worker() -> Check? {
            DatabaseChecks(engine: SQLiteEngine(database: scene.path), configuration: nil).all(at: Scene.now).first {
                $0.name == "worker"
            }
        }
        #expect(worker()?.severity == .ok)
        try scene.queue.write { try WorkerRecord(pid: 1, version: "0.0.9", since: Scene.now).write($0) }
        #expect(worker()?.severity == .warn)
        withExtendedLifetime(lock) {}
    }

    @Test func `ignored idempotency keys are a warning`() throws {
        let scene = try Scene()
        try scene.run("INSERT INTO outbox_meta (key, value) VALUES ('enforcement', 'absent')")
        #expect(
            severities(
                DatabaseChecks(engine: SQLiteEngine(database: scene.path), configuration: nil).all(at: Scene.now))[
                    "idempotency"] == .warn)
    }

    @Test(arguments: [
        ("wal", Check.Severity.ok), ("delete", .warn), ("truncate", .warn), ("memory", .fail), ("off", .fail),
    ])
    func `the verdict about a journal mode depends on its safety in a crash`(mode: String, severity: Check.Severity) {
        #expect(SQLiteChecks.journalMode(mode, path: "/d").severity == severity)
    }

    @Test(arguments: [
        ("3.6.23", false), ("3.7.0", true), ("3.40.1", true), ("3.44.5", true), ("3.44.6", false), ("3.45.0", true),
        ("3.50.6", true), ("3.50.7", false), ("3.51.2", true), ("3.51.3", false), ("3.52.0", false), ("4.0.0", false),
    ])
    func `SQLite builds with the WAL-reset bug are detected`(version: String, hasBug: Bool) {
        #expect(SQLiteBuild(version).hasWALResetBug == hasBug)
        #expect(SQLiteBuild.check(version: version, journalMode: "wal").severity == (hasBug ? .warn : .ok))
        #expect(SQLiteBuild.check(version: version, journalMode: "delete").severity == .ok)
    }

    // MARK: Locks

    /// sqlite3 as another process that holds a transaction open until it is told to end.
    private final class Holder {
        let pid: pid_t
        private let input: Int32

        init(_ path: String, _ begin: String) throws {
            var toChild: [Int32] = [0, 0]
            var fromChild: [Int32] = [0, 0]
            #expect(pipe(&toChild) == 0 && pipe(&fromChild) == 0)
            // The child must not inherit the other ends. It would otherwise never see the end of its input.
            for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            input = toChild[1]
            let program = """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1], isolation_level=None)
                for statement in sys.argv[2].split(';'): db.execute(statement).fetchall()
                print('held', flush=True)
                sys.stdin.read()
                """
            pid = try Tool.spawn(["python3", "-c", program, path, begin], input: toChild[0], output: fromChild[1])
            close(toChild[0])
            close(fromChild[1])
            defer { close(fromChild[0]) }
            var byte: UInt8 = 0
            var said: [UInt8] = []
            while said.last != UInt8(ascii: "\n"), read(fromChild[0], &byte, 1) == 1 { said.append(byte) }
            #expect(String(decoding: said, as: UTF8.self) == "held\n")
        }

        func release() {
            close(input)
            _ = Tool.wait(for: pid)
        }
    }

    static let hasPython = Tool.works("python3", "-c", "import sqlite3")

    @Test(.enabled(if: hasPython, "python3 with sqlite3 is not installed"), arguments: ["wal", "delete"])
    func `a process that holds the write lock is named`(mode: String) throws {
        let scene = try Scene()
        try scene.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(mode)") }
        let holder = try Holder(scene.path, "BEGIN IMMEDIATE")
        let lock = try #require(LockChecks(path: scene.path).all.first { $0.name == "write_lock" })
        #expect(lock.severity == .fail)
        #expect(lock.finding.contains("process \(holder.pid) (python3) has held the write lock"), "\(lock.finding)")
        holder.release()
        #expect(severities(LockChecks(path: scene.path).all)["write_lock"] == .ok)
    }

    @Test(.enabled(if: hasPython, "python3 with sqlite3 is not installed"))
    func `a process that pins the log is named`() throws {
        let scene = try Scene()
        try scene.run("CREATE TABLE filler (text TEXT)")
        let holder = try Holder(scene.path, "BEGIN;SELECT count(*) FROM filler")
        try scene.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        try scene.run(
            """
            WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
            INSERT INTO filler SELECT hex(randomblob(500)) FROM n
            """)
        let log = try #require(LockChecks(path: scene.path).all.first { $0.name == "log" })
        #expect(log.severity == .warn, "\(log)")
        #expect(log.finding.contains("process \(holder.pid) (python3) reads an old snapshot"), "\(log.finding)")
        holder.release()
        #expect(severities(LockChecks(path: scene.path).all)["log"] == .ok)
    }

    @Test func `locks are read from the kernel's list, without waiting processes`() {
        let locks = FileLocks(
            inode: 77,
            in: """
                1: POSIX  ADVISORY  WRITE 12 fe:01:77 120 120
                1: -> POSIX  ADVISORY  WRITE 13 fe:01:77 120 120
                2: POSIX  ADVISORY  READ  14 fe:01:77 123 127
                3: POSIX  ADVISORY  READ  15 fe:01:78 123 123
                4: FLOCK  ADVISORY  WRITE 16 fe:01:77 0 EOF
                5: POSIX  ADVISORY  READ  17 fe:01:77 128 EOF
                """)
        #expect(locks.holders(of: 120, writing: true) == [12])
        #expect(locks.holders(of: 124, writing: false) == [14])
        #expect(locks.holders(of: 1 << 40, writing: false) == [17])
    }

    @Test func `a file of the kernel is read to its end`() {
        // The file is longer than one read, and reports no size.
        #expect(ProcFile.text("/proc/kallsyms").hasSuffix("\n"))
        #expect(ProcFile.text("/proc/kallsyms").utf8.count > 65_536)
        #expect(ProcFile.text("/proc/nowhere") == "")
    }

    // MARK: Files

    @Test(arguments: [
        ("ext4", Check.Severity.ok), ("xfs", .ok), ("nfs4", .fail), ("cifs", .fail), ("9p", .fail), ("overlay", .warn),
        ("tmpfs", .warn), ("fuse.sshfs", .warn),
    ])
    func `the verdict about a file system depends on its locks and durability`(type: String, severity: Check.Severity) {
        #expect(FileChecks.judge(fileSystem: type, path: "/d").severity == severity)
    }

    @Test func `the file system of a path is that of the innermost mount`() {
        let table = MountTable(
            """
            22 1 254:1 / / rw,relatime - overlay overlay rw
            23 22 0:21 / /var/lib rw shared:1 master:2 - ext4 /dev/vda rw
            24 22 0:22 / /var/library rw - nfs4 host:/x rw
            25 23 0:23 / /var/lib/my\\040app rw - tmpfs tmpfs rw
            26 23 0:24 / /var/lib/over rw - tmpfs tmpfs rw
            27 23 0:25 / /var/lib/over rw - xfs /dev/vdb rw
            """)
        #expect(table.type(of: "/srv/a.db") == "overlay")
        #expect(table.type(of: "/var/lib/app/a.db") == "ext4")
        #expect(table.type(of: "/var/lib/my app/a.db") == "tmpfs")
        #expect(table.type(of: "/var/lib/over/a.db") == "xfs")
        #expect(MountTable("").type(of: "/a") == nil)
    }

    @Test(arguments: [(Int64(10) << 20, Check.Severity.fail), (100 << 20, .warn), (4 << 30, .ok)])
    func `little free space is reported`(free: Int64, severity: Check.Severity) {
        #expect(FileChecks.judge(free: free, path: "/d").severity == severity)
    }

    @Test func `a second link to the file and a replaced file are reported`() throws {
        let scene = try Scene()
        let other = scene.path + ".link"
        try FileManager.default.linkItem(atPath: scene.path, toPath: other)
        #expect(severities(FileChecks(database: scene.path).all)["database_file"] == .warn)
        try FileManager.default.removeItem(atPath: other)
        // This process still has the first file open, as a worker would.
        try FileManager.default.removeItem(atPath: scene.path)
        try Data().write(to: URL(fileURLWithPath: scene.path))
        let file = try #require(FileChecks(database: scene.path).all.first { $0.name == "database_file" })
        #expect(file.severity == .fail)
        #expect(file.finding.contains("process \(getpid())"), "\(file.finding)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can try it as another user"))
    func `the permissions of another user are checked as that user`() throws {
        let scene = try Scene()
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("journey-outbox").path
        func access(_ user: String) throws -> Check {
            try #require(
                PermissionChecks(path: scene.path, workerUser: user, producerUser: nil, program: program).all.first {
                    $0.name == "worker_access"
                })
        }
        #expect(try access("root").severity == .ok)
        let nobody = try access("nobody")
        #expect(nobody.severity == .fail)
        #expect(nobody.remedy?.contains("usermod -aG journey-outbox nobody") == true)
        #expect(try access("no-such-user").severity == .warn)
    }

    @Test func `the write check leaves no change`() throws {
        let scene = try Scene()
        let before = try scene.rows("SELECT * FROM outbox_meta")
        #expect(try WriteProbe.attempt(scene.path, patience: 1) == .writable)
        #expect(try scene.rows("SELECT * FROM outbox_meta") == before)
        try scene.queue.inTransaction(.immediate) { _ in
            let finding = try WriteProbe.attempt(scene.path, patience: 0.05)
            #expect(finding == .locked)
            return .rollback
        }
    }

    // MARK: The API

    private static let configuration: Settings.Configuration = {
        var configuration = Settings.Configuration(
            database: "/d", stateDirectory: "/s", api: APISettings(key: .file("/nowhere/key")))
        configuration.journeys["welcome"] = JourneySettings(name: "welcome", id: 33)
        configuration.journeys["trial"] = JourneySettings(name: "trial", id: 41, entranceID: 42)
        return configuration
    }()

    private static func checks(_ outcome: JourneyDirectory.Listing, date: WallTime? = Scene.now) -> [Check] {
        APIChecks(
            configuration: configuration,
            directory: JourneyDirectory(outcome: outcome, date: date, requestID: nil), now: Scene.now
        ).all
    }

    private static func entry(_ id: Int64, _ status: String) -> JourneyDirectory.ListedJourney {
        JourneyDirectory.ListedJourney(id: id, name: "J\(id)", status: status)
    }

    @Test func `the check of a configured journey fails unless it is live`() {
        let found = severities(Self.checks(.listed([Self.entry(33, "live"), Self.entry(41, "draft")])))
        #expect(found == ["api": .ok, "clock": .ok, "journey welcome": .ok, "journey trial": .fail])
        #expect(severities(Self.checks(.listed([Self.entry(41, "live")])))["journey welcome"] == .fail)
    }

    @Test(arguments: [
        (401, "authentication_required", Check.Severity.fail), (400, "version_unsupported", .fail),
        (403, "permission_denied", .warn), (429, "rate_limited", .warn), (503, "service_unavailable", .fail),
    ])
    func `the verdict about a refusal of the API depends on its answer`(
        status: Int, code: String, severity: Check.Severity
    ) throws {
        let api = try #require(Self.checks(.refused(status: status, code: code, message: "words")).first)
        #expect(api.severity == severity)
        #expect(api.finding.contains("\(status), \(code): words"))
    }

    @Test(arguments: [(0, Check.Severity.ok), (-20, .ok), (90, .warn), (-90, .warn), (400, .fail), (-400, .fail)])
    func `the clock is compared with the API's`(seconds: Int, severity: Check.Severity) {
        let date = Scene.now + .seconds(seconds)
        #expect(severities(Self.checks(.listed([]), date: date))["clock"] == severity)
    }

    @Test func `journeys are compared, the configured ones first`() {
        let lines = JourneyComparison.compare(
            Self.configuration.journeys,
            with: [Self.entry(7, "off"), Self.entry(33, "live"), Self.entry(41, "draft")])
        #expect(
            JourneyComparison.json(lines).text
                == #"{"journeys":[{"name":"trial","id":41,"entrance_id":42,"title":"J41","status":"draft"},"#
                + #"{"name":"welcome","id":33,"entrance_id":null,"title":"J33","status":"live"},"#
                + #"{"name":null,"id":7,"entrance_id":null,"title":"J7","status":"off"}]}"#)
        #expect(lines.map { $0.isTrouble } == [true, false, false])
        #expect(JourneyComparison.compare(Self.configuration.journeys, with: []).allSatisfy { $0.isTrouble })
    }

    @Test func `the service's API key is found from a shell, unless the environment has one`() throws {
        let scene = try Scene()
        let folder = URL(fileURLWithPath: scene.path).deletingLastPathComponent().path
        let own = SettingsEnvironment(variables: ["A": "b"], currentDirectory: "/", files: SystemFiles())
        func found(_ own: SettingsEnvironment) -> String? {
            ServiceEnvironment.environment(own, directories: ["/nowhere", folder]).variables["CREDENTIALS_DIRECTORY"]
        }
        #expect(found(own) == nil)
        try Data("sk_1".utf8).write(to: URL(fileURLWithPath: folder + "/api-key"))
        #expect(found(own) == folder)
        var named = own
        named.variables["SPOTZEE_API_KEY"] = "sk_2"
        #expect(found(named) == nil)
    }
}
