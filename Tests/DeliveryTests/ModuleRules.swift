/// Which modules each target of `Sources` may use, and what uses another one.
struct ModuleRules {
    struct Target {
        var name: String
        /// Below the root of the repository.
        var folder: String
        var allowed: Set<String>

        init(_ name: String, in folder: String? = nil, _ allowed: Set<String>) {
            self.name = name
            self.folder = folder ?? "Sources/\(name)"
            self.allowed = allowed
        }
    }

    /// The highest target first: a target may use only targets that stand below it.
    let targets: [Target]
    /// Modules of the toolchain, which every target may import.
    let system: Set<String>

    /// The targets that the rules let use a target that does not stand below them.
    var upwardRules: [String] {
        let names = targets.map(\.name)
        return targets.enumerated().flatMap { index, target in
            names[...index].filter(target.allowed.contains).map { "\(target.name) → \($0)" }
        }
    }

    /// The uses that are not allowed among those that `uses` gives for each target.
    func violations(_ uses: (Target) throws -> [String]) rethrows -> Set<String> {
        var found: Set<String> = []
        for target in targets {
            for module in try uses(target) where !target.allowed.contains(module) && !system.contains(module) {
                found.insert("\(target.name) → \(module)")
            }
        }
        return found
    }

    /// The dependencies of each target in the text of a package manifest: other targets, and products by their names.
    static func dependencies(inManifest text: String) -> [String: [String]] {
        var dependencies: [String: [String]] = [:]
        let declaration = /\.(?:target|executableTarget|testTarget|systemLibrary)\(\s*name: "([^"]+)"/
        let declarations = text.matches(of: declaration)
        for (index, match) in declarations.enumerated() {
            let end = index + 1 < declarations.count ? declarations[index + 1].range.lowerBound : text.endIndex
            let target = text[match.range.upperBound..<end]
            let list = target.firstRange(of: "dependencies: [").map { target[$0.upperBound...].prefix { $0 != "]" } }
            dependencies[String(match.output.1)] = (list ?? "").replacing(/, package: "[^"]+"/, with: "")
                .matches(of: /"([^"]+)"/).map { String($0.output.1) }
        }
        return dependencies
    }
}
