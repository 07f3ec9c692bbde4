import Settings
import Testing

@Suite struct APIKeySourceTests {
    private func message(_ source: APIKeySource, _ environment: SettingsEnvironment) -> String {
        do {
            let reading = try source.read(environment: environment)
            return reading.key.withSecret { $0 }
        } catch {
            return error.description
        }
    }

    @Test func `a named file comes first, then the credential, then the variable`() throws {
        let variables = ["CREDENTIALS_DIRECTORY": "/cred", "SPOTZEE_API_KEY": "sk_variable"]
        let with = SettingsEnvironment.fake(["/cred/api-key": "sk_credential\n"], variables: variables)
        let without = SettingsEnvironment.fake(variables: variables)
        #expect(APIKeySource.standard(keyFile: "/k", environment: with) == .file("/k"))
        #expect(APIKeySource.standard(keyFile: nil, environment: with) == .credentialsDirectory("/cred"))
        #expect(
            APIKeySource.standard(keyFile: nil, environment: without) == .environmentVariable("SPOTZEE_API_KEY"))
        #expect(message(.credentialsDirectory("/cred"), with) == "sk_credential")
        #expect(message(.environmentVariable("SPOTZEE_API_KEY"), with) == "sk_variable")
    }

    @Test func `a credential that cannot be read is not skipped`() {
        let files = FakeFiles(failures: ["/cred/api-key": .unreadable(reason: "Permission denied")])
        let environment = SettingsEnvironment(
            variables: ["CREDENTIALS_DIRECTORY": "/cred", "SPOTZEE_API_KEY": "sk_variable"],
            currentDirectory: "/", files: files)
        let source = APIKeySource.standard(keyFile: nil, environment: environment)
        #expect(
            message(source, environment)
                == "/cred/api-key: API key: cannot be read (Permission denied); let this user read it")
    }

    @Test func `every read reads the current file`() throws {
        #expect(message(.file("/k"), .fake(["/k": "sk_one"])) == "sk_one")
        #expect(message(.file("/k"), .fake(["/k": "sk_two"])) == "sk_two")
    }

    @Test(arguments: [
        (APIKeySource.file("/gone"), "/gone: API key: there is no such file; create it or name another"),
        (.file("/empty"), "/empty: API key: is empty; give a secret key (sk_…)"),
        (.file("/long"), "/long: API key: is longer than 4KiB; shorten it or name another"),
        (
            .environmentVariable("SPOTZEE_API_KEY"),
            "SPOTZEE_API_KEY: API key: is not set; set it, or api.key_file to a file with a secret key (sk_…)"
        ),
    ])
    func `a failed read names its source`(source: APIKeySource, expected: String) {
        let long = String(repeating: " ", count: 4097)
        #expect(message(source, .fake(["/empty": "\n", "/long": long])) == expected)
    }

    @Test(arguments: [
        (UInt32(0o600), false), (0o640, false), (0o440, false), (0o644, true), (0o604, true), (0o777, true),
    ])
    func `a key file that every user can read gives a warning`(permissions: UInt32, isWarned: Bool) throws {
        var files = FakeFiles()
        files.add("/k", "sk_live_hidden", permissions: permissions)
        let environment = SettingsEnvironment(variables: [:], currentDirectory: "/", files: files)
        let warning = "/k: API key: every user of this machine can read it; chmod o-rwx it"
        #expect(try APIKeySource.file("/k").read(environment: environment).warnings == (isWarned ? [warning] : []))
    }
}
