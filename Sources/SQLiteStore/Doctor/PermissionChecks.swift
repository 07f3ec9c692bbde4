import Foundation
import Operation

/// Tests by an actual attempt whether the worker's user and a producer's user can write the database.
struct PermissionChecks {
    let path: String
    /// The worker's user, for which only root can test it; nil means that of the running worker, else `standardUser`.
    let workerUser: String?
    /// A producer's user; nil means the database's owner.
    let producerUser: String?
    /// The program to run as another user: this one.
    var program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

    static let standardUser = "journey-outbox"

    var all: [Check] {
        guard geteuid() == 0 else { return [own] }
        var checks: [Check] = []
        let worker = workerUser ?? runningUser ?? Self.standardUser
        if getpwnam(worker) == nil {
            checks.append(
                .warn("worker_access", "there is no user \(worker)", "name the worker's user: --worker-user USER"))
        } else {
            checks.append(attempt("worker_access", as: worker))
        }
        if let producer = producerUser ?? owner { checks.append(attempt("producer_access", as: producer)) }
        return checks
    }

    private var own: Check {
        let user = Self.name(of: geteuid())
        do {
            return judge("worker_access", try WriteProbe.attempt(path, patience: 2), user)
        } catch {
            return .fail("worker_access", "\(error)", "journey-outbox migrate --database \(path)")
        }
    }

    /// Runs this program's write test as another user, with that user's groups.
    private func attempt(_ name: String, as user: String) -> Check {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid", user, "--regid", Self.group(of: user), "--init-groups", "--inh-caps=-all",
            program, "doctor-write", "--database", path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            // The output is one line at most.
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
            switch process.terminationStatus {
            case 0: return judge(name, .writable, user)
            case 75: return judge(name, .locked, user)
            default: return judge(name, .refused(line.isEmpty ? "not permitted to start" : line), user)
            }
        } catch {
            return .warn(name, "could not try it as \(user): \(error)", "as \(user): journey-outbox doctor")
        }
    }

    private func judge(_ name: String, _ finding: WriteAccess, _ user: String) -> Check {
        switch finding {
        case .writable: return .ok(name, "\(user) can write \(path)")
        case .locked: return .ok(name, "\(user) only had to wait for the lock of another process")
        case .refused(let reason):
            let folder = ShellWord.quoted(URL(fileURLWithPath: path).deletingLastPathComponent().path)
            let files = ShellWord.quoted(path) + "*"
            return .fail(
                name, "\(user) cannot write \(path): \(reason)",
                "chgrp journey-outbox \(folder) \(files); chmod 2770 \(folder); chmod 660 \(files); usermod -aG journey-outbox \(ShellWord.quoted(user))"
            )
        }
    }

    private var owner: String? { Self.owner(of: path) }

    /// The user of the worker that holds the lock now.
    private var runningUser: String? {
        WorkerLock.holder(ofDatabase: path).flatMap { Int($0) }.flatMap { Self.owner(of: "/proc/\($0)") }
    }

    private static func owner(of path: String) -> String? {
        var file = stat()
        return stat(path, &file) == 0 ? name(of: file.st_uid) : nil
    }

    private static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? String(user)
    }

    private static func group(of user: String) -> String {
        getpwnam(user).map { String($0.pointee.pw_gid) } ?? "0"
    }
}
