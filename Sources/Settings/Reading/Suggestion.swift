/// Finds the known name that a mistyped name probably means.
enum Suggestion {
    /// The longest compared name. The time grows with the square of the length.
    static let lengthMax = 64

    /// The candidate that begins with the name, or else the nearest one when at most a third of the letters differ.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let folded = fold(name)
        guard folded.count <= lengthMax else { return nil }
        if folded.count >= 4, let longer = candidates.first(where: { fold($0).starts(with: folded) }) { return longer }
        let scored = candidates.map { (candidate: $0, distance: distance(folded, fold($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, folded.count / 3) ? best.candidate : nil
    }

    /// The optimal string alignment distance: the number of inserted, deleted, replaced and swapped adjacent letters.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let replaced = last[column] + (letter == other ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }

    private static func fold(_ name: String) -> [Character] {
        name.lowercased().map { $0 == "-" ? "_" : $0 }
    }
}
