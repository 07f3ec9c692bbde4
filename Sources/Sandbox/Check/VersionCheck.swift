/// Checks the `Spotzee-Version` header.
struct VersionCheck: Sendable {
    var supported: Set<String>
    /// Whether a request without the header is refused.
    var isRequired: Bool

    func check(_ header: String?) throws(SandboxProblem) {
        guard let header else {
            guard isRequired else { return }
            throw SandboxProblem(400, "version_required", "Send the Spotzee-Version header.", param: "Spotzee-Version")
        }
        guard VersionCheck.isDate(header) else {
            throw .invalidFormat("Spotzee-Version", "A version is a date: YYYY-MM-DD.")
        }
        guard supported.contains(header) else {
            throw SandboxProblem(400, "version_unsupported", "There is no such version.", param: "Spotzee-Version")
        }
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return false }
        let numbers = parts.compactMap { $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil }
        return numbers.count == 3 && (1...12).contains(numbers[1]) && (1...31).contains(numbers[2])
    }
}
