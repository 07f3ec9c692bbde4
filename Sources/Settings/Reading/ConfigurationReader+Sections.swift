import Yams

extension ConfigurationReader {
    /// The root section of the file. An empty file has an empty one.
    mutating func rootSection() -> Section {
        let position = SourcePosition(line: 1, column: 1)
        guard let root = document.root else { return Section(path: "", schema: "", position: position) }
        return section(root, path: "", schema: "", isOpen: false)
    }

    /// The section with this name; an empty section when it is missing, null or not a mapping.
    ///
    /// - Parameter isOpen: whether the section may contain any name.
    mutating func section(_ name: String, in parent: Section, isOpen: Bool = false) -> Section {
        let path = parent.path(of: name)
        let schema = parent.schema.isEmpty ? name : "\(parent.schema).\(name)"
        guard let entry = parent[name] else { return Section(path: path, schema: schema, position: parent.position) }
        return section(entry.value, path: path, schema: schema, isOpen: isOpen)
    }

    /// A node as a section. It records a problem for a node that is no mapping, and for duplicate and unknown names.
    mutating func section(_ node: Node, path: String, schema: String, isOpen: Bool) -> Section {
        var section = Section(path: path, schema: schema, position: SourcePosition(node))
        guard case .mapping(let pairs) = node else {
            if !isNull(node) {
                let complaint = Complaint("is not a mapping", "write indented lines of the form key: value")
                problems.add(complaint, key: path, at: section.position)
            }
            return section
        }
        for (key, value) in pairs {
            guard let name = name(key, in: section) else { continue }
            let entry = Section.Entry(name: name, position: SourcePosition(key), value: value)
            if let first = section.add(entry) {
                let complaint = Complaint("is given twice, first on line \(first.position.line)", "keep one")
                problems.add(complaint, key: section.path(of: ScalarText.shown(name)), at: entry.position)
            }
        }
        if !isOpen { checkNames(in: section) }
        return section
    }

    private func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return ScalarText(document.text(of: scalar), isPlain: scalar.style == .plain).isNull
    }

    /// The literal text of a name, without YAML's conversion of types; nil and a problem when it is no scalar.
    private mutating func name(_ key: Node, in section: Section) -> String? {
        guard case .scalar(let scalar) = key else {
            let complaint = Complaint("has a list or mapping for a key", "write a name")
            problems.add(complaint, key: section.path, at: SourcePosition(key))
            return nil
        }
        return document.text(of: scalar)
    }

    private mutating func checkNames(in section: Section) {
        let known = Keys.names(in: section.schema)
        for entry in section.entries where !known.contains(entry.name) {
            problems.add(
                Complaint("unknown key", Self.remedy(for: entry.name, known: known)),
                key: section.path(of: ScalarText.shown(entry.name)), at: entry.position)
        }
    }

    private static func remedy(for name: String, known: [String]) -> String {
        if name == "<<" { return "merge keys are not supported, write the keys out" }
        if let near = Suggestion.nearest(to: name, among: known) { return "did you mean \(near)?" }
        if let home = Keys.home(of: name) { return "it belongs at \(home)" }
        return "known keys: \(known.joined(separator: ", "))"
    }
}
