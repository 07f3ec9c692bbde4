import Testing

@testable import Settings

@Suite struct PlaceTests {
    private func message(_ body: () throws(ConfigurationError) -> Configuration) -> String {
        do {
            _ = try body()
            return "loaded"
        } catch {
            return error.description
        }
    }

    @Test func `an explicit file comes first, then the current directory, then the system's`() throws {
        var files = [
            "/home/x/mine.yaml": "database: /explicit",
            "/home/journey-outbox.yaml": "database: /local",
            "/etc/journey-outbox/config.yaml": "database: /system",
        ]
        #expect(try Configuration.load(file: "x/mine.yaml", environment: .fake(files)).file == "/home/x/mine.yaml")
        #expect(try Configuration.load(environment: .fake(files)).database == "/local")
        files["/home/journey-outbox.yaml"] = nil
        #expect(try Configuration.load(environment: .fake(files)).database == "/system")
    }

    @Test func `without any file, both default paths are named`() {
        #expect(
            message { () throws(ConfigurationError) in try Configuration.load(environment: .fake()) }
                == "configuration: found neither /home/journey-outbox.yaml nor /etc/journey-outbox/config.yaml; "
                + "create one of them or name a file")
    }

    @Test func `an explicit file that is missing is not replaced by another`() {
        let environment = SettingsEnvironment.fake(["/home/journey-outbox.yaml": "database: /local"])
        #expect(
            message { () throws(ConfigurationError) in
                try Configuration.load(file: "gone.yaml", environment: environment)
            } == "gone.yaml: there is no such file; create it or name another")
    }

    @Test(arguments: [
        (
            FileReadingError.unreadable(reason: "Permission denied"),
            "cannot be read (Permission denied); let this user read it"
        ),
        (.notAFile, "is not a regular file; name a file"),
        (.tooLarge(bytesMax: 1 << 20), "is longer than 1MiB; shorten it or name another"),
    ])
    func `a default file that cannot be read ends the search`(failure: FileReadingError, expected: String) {
        var files = FakeFiles(failures: ["/home/journey-outbox.yaml": failure])
        files.add("/etc/journey-outbox/config.yaml", "database: /system")
        let environment = SettingsEnvironment(variables: [:], currentDirectory: "/home", files: files)
        #expect(
            message { () throws(ConfigurationError) in try Configuration.load(environment: environment) }
                == "journey-outbox.yaml: \(expected)")
    }

    @Test func `the database option replaces the file's database, which is checked all the same`() throws {
        #expect(try load("database: /d", database: "other.db").database == "/home/other.db")
        #expect(try load("", database: "/other.db").database == "/other.db")
        #expect(
            problems("database: [a]", database: ":memory:") == [
                #"--database: ":memory:" is not a path; write the full path of a file or directory"#,
                "c.yaml:1:11: database: is a list, not a path; write one value",
            ])
    }

    @Test(arguments: [
        ("~/app.db", #""~/app.db" is not expanded; write the full path"#),
        ("$HOME/app.db", #""$HOME/app.db" is not expanded; write the full path"#),
        ("file:app.db", #""file:app.db" is not a path; write the full path of a file or directory"#),
        (#""""#, "is an empty path; name a file or directory"),
        (#""a\0b""#, "contains a NUL character; remove it"),
        ("sk_live_abc", "is a secret key, not a path; put the key into a file and name the file"),
    ])
    func `a path that would mean something else is refused`(path: String, expected: String) {
        #expect(problems("database: \(path)") == ["c.yaml:1:11: database: \(expected)"])
    }

    @Test func `relative paths start at the file's directory`() throws {
        let yaml = "database: ./a.db\nstate_dir: state\napi: { key_file: ../key }"
        let configuration = try Configuration.load(
            file: "/etc/x/c.yaml", environment: .fake(["/etc/x/c.yaml": yaml]))
        #expect(configuration.database == "/etc/x/a.db")
        #expect(configuration.stateDirectory == "/etc/x/state")
        #expect(configuration.api.key == .file("/etc/x/../key"))
    }

    @Test(arguments: [
        (["STATE_DIRECTORY": "/s:/t", "XDG_STATE_HOME": "/x"], "/s"),
        (["STATE_DIRECTORY": "", "XDG_STATE_HOME": "/x"], "/x/journey-outbox"),
        (["XDG_STATE_HOME": "relative"], "/home/ada/.local/state/journey-outbox"),
        ([:], "/home/ada/.local/state/journey-outbox"),
    ])
    func `the state directory has a default`(variables: [String: String], expected: String) throws {
        #expect(try load("database: /d", variables: variables).stateDirectory == expected)
    }

    @Test func `without a home the state directory must be given`() {
        #expect(
            problems("database: /d", variables: ["HOME": ""]) == [
                "c.yaml:1:1: state_dir: has no default, for neither STATE_DIRECTORY, XDG_STATE_HOME nor HOME is set; "
                    + "give a directory"
            ])
    }

    @Test func `the previous key's file is not the key's own`() {
        #expect(
            problems(below: "api: { key_file: /k, previous_key_file: /k }") == [
                "c.yaml:2:41: api.previous_key_file: is the same file as api.key_file; name the file of the key before"
            ])
    }
}
