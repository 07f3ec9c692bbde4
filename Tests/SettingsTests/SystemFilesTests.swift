import Foundation
import Settings
import Testing

@Suite final class SystemFilesTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: directory)
        } catch {
            Issue.record(error)
        }
    }

    private func path(_ name: String) -> String { directory.appending(path: name).path }

    @Test func `a file is read up to its bound, with its permissions, through a link`() throws {
        try Data("12345".utf8).write(to: directory.appending(path: "a"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path("a"))
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("a"))
        let contents = try SystemFiles().read(path("link"), bytesMax: 5)
        #expect(contents.bytes == Array("12345".utf8))
        #expect(contents.permissions == 0o640)
        #expect(throws: FileReadingError.tooLarge(bytesMax: 4)) { try SystemFiles().read(path("a"), bytesMax: 4) }
    }

    @Test func `an empty file is read`() throws {
        try Data().write(to: directory.appending(path: "empty"))
        #expect(try SystemFiles().read(path("empty"), bytesMax: 5).bytes == [])
    }

    @Test func `a missing file and a path that is no file are distinguished`() throws {
        #expect(throws: FileReadingError.missing) { try SystemFiles().read(path("gone"), bytesMax: 1) }
        #expect(throws: FileReadingError.notAFile) { try SystemFiles().read(directory.path, bytesMax: 1) }
        #expect(mkfifo(path("pipe"), 0o600) == 0)
        #expect(throws: FileReadingError.notAFile) { try SystemFiles().read(path("pipe"), bytesMax: 1) }
    }

    @Test func `the environment of the process loads a real file`() throws {
        let file = path("c.yaml")
        try Data("database: app.db\nstate_dir: /s\n".utf8).write(to: URL(filePath: file))
        #expect(try Configuration.load(file: file, environment: .process).database == path("app.db"))
    }
}
