import Delivery
import Foundation
import Testing

@testable import Deployment

@Suite struct StateFoldersTests {
    @Test func `a binding is read back as it was written, and a partly written one is never read`() throws {
        let folder = try StateFolder()
        var binding = folder.binding
        binding.next = "u2"
        binding.marks = Marks(fence: 1, intents: 2, batches: 3)
        try folder.folders.write(binding)
        // A crash before the rename leaves this file.
        try Data("{".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/identity.json.new-1"))
        #expect(try folder.folders.bindings() == [binding])
    }

    @Test func `a folder without an identity and a file are ignored`() throws {
        let folder = try StateFolder()
        try FileManager.default.createDirectory(
            atPath: folder.folders.folderPath("lost+found"), withIntermediateDirectories: false)
        try Data().write(to: URL(fileURLWithPath: folder.folders.folderPath("note.txt")))
        #expect(try folder.folders.bindings() == [folder.binding])
    }

    @Test func `an identity that cannot be read is an error that names the file`() throws {
        let folder = try StateFolder()
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/identity.json"))
        let failure = #expect(throws: StateFailure.self) { try folder.folders.bindings() }
        #expect(failure?.path == "\(folder.path)/identity.json")
    }

    @Test func `a missing directory has no bindings`() throws {
        #expect(try StateFolders(path: "/nonexistent/state").bindings().isEmpty)
    }

    @Test func `a path belongs to the database that was bound there last`() throws {
        let folder = try StateFolder()
        let other = Binding(folder: "app.db-2", path: folder.binding.path, uuid: "u2")
        try folder.folders.settle(other)
        #expect(try folder.folders.bindings().map(\.path) == ["", folder.binding.path])
    }

    @Test func `no file of it is readable by every user`() throws {
        let folder = try StateFolder()
        var file = stat()
        #expect(stat("\(folder.path)/identity.json", &file) == 0)
        #expect(file.st_mode & 0o007 == 0)
        #expect(stat(folder.path, &file) == 0)
        #expect(file.st_mode & 0o007 == 0)
    }
}
