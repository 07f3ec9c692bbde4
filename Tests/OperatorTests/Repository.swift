import Foundation

/// The files of the repository that users read.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ path: String) -> String { root.appendingPathComponent(path).path }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The rows of the Markdown table under a heading, as cells without their backticks.
    static func table(_ path: String, under heading: String) throws -> [[String]] {
        let text = try text(path)
        guard let start = text.range(of: "\n## \(heading)\n")?.upperBound else { return [] }
        let section = text[start...].components(separatedBy: "\n## ")[0]
        return section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.dropFirst().dropLast().components(separatedBy: " | ").map {
                $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
            }
        }
    }
}
