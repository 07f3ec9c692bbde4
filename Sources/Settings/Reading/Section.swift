import Yams

/// One mapping of the file: its entries in order, each name once.
struct Section {
    struct Entry {
        let name: String
        let position: SourcePosition
        let value: Node
    }

    /// The dotted path, for messages; empty for the root.
    let path: String
    /// The dotted path in the list of keys, with `NAME` for the name of a journey.
    let schema: String
    let position: SourcePosition
    private(set) var entries: [Entry] = []
    private var indices: [String: Int] = [:]

    init(path: String, schema: String, position: SourcePosition) {
        self.path = path
        self.schema = schema
        self.position = position
    }

    subscript(name: String) -> Entry? {
        indices[name].map { entries[$0] }
    }

    /// The dotted path of a name in this section.
    func path(of name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    /// Adds an entry. It returns the existing entry and adds nothing when the name is a duplicate.
    mutating func add(_ entry: Entry) -> Entry? {
        if let first = self[entry.name] { return first }
        indices[entry.name] = entries.count
        entries.append(entry)
        return nil
    }
}
