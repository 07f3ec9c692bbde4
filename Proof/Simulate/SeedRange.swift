import ArgumentParser

/// A range of seeds on the command line, such as `1-500`.
struct SeedRange: ExpressibleByArgument {
    var first: UInt64
    var last: UInt64

    init?(argument: String) {
        let ends = argument.split(separator: "-").compactMap { UInt64($0) }
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first <= last else { return nil }
        (self.first, self.last) = (first, last)
    }
}
