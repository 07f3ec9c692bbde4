/// The floors of a source tree, and what its files name across them.
struct Floors {
    struct File {
        /// The folder that lies on a floor, then the file: `Model/Batch.swift`.
        var path: String
        var text: SwiftText

        init(_ path: String, _ source: String) {
            self.path = path
            text = SwiftText(source)
        }

        var folder: String { String(path.prefix { $0 != "/" }) }

        /// The type that the name of the file promises: `X` for `X.swift` and for `X+Y.swift`.
        var typeOfName: String { String(path.split(separator: "/").last?.prefix { $0 != "." && $0 != "+" } ?? "") }
    }

    /// The folders of each floor, the highest floor first. Folders of one floor may name each other's types.
    let folders: [[String]]

    /// The places where a file names a type of a higher floor, a type is declared twice, or a file is on no floor.
    func violations(in files: [File]) -> [String] {
        var declared: [String: File] = [:]
        var violations: [String] = []
        for file in files {
            if floor(of: file) == nil { violations.append("\(file.path) is on no floor") }
            for type in file.text.declaredTypes {
                if let other = declared[type.text] {
                    violations.append("\(file.path):\(type.line) declares \(type.text) as \(other.path) does")
                }
                declared[type.text] = file
            }
        }
        for file in files {
            for token in file.text.tokens {
                guard let owner = declared[token.text], let theirs = floor(of: owner), let own = floor(of: file),
                    theirs < own
                else { continue }
                violations.append("\(file.path):\(token.line) names \(token.text) of the higher floor \(owner.folder)")
            }
        }
        return violations
    }

    /// The files that neither declare nor extend the type of their name.
    static func misnamed(in files: [File]) -> [String] {
        files.filter { file in
            let extended = file.text.extendedTypes.map(\.text)
            let types = file.path.contains("+") ? extended : extended + file.text.declaredTypes.map(\.text)
            return !types.contains(file.typeOfName)
        }.map { "\($0.path) has no type \($0.typeOfName)" }
    }

    private func floor(of file: File) -> Int? { folders.firstIndex { $0.contains(file.folder) } }
}
