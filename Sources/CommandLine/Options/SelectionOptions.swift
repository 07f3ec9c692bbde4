import ArgumentParser
import Delivery
import Operation

/// The intents that a command changes: by id, by filter, or explicitly all.
struct SelectionOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The intents, by id.", valueName: "id"))
    var ids: [Int64] = []

    @OptionGroup var filters: FilterOptions

    @Flag(help: "All of them, without a filter.")
    var all = false

    @Flag(help: "Only report what would be done.")
    var dryRun = false

    /// The selection, or a usage error: a missing filter must not select everything.
    func selection(hasMoreFilters: Bool, filter: () -> IntentFilter) throws -> IntentSelection {
        let isFiltered = !filters.isEmpty || hasMoreFilters
        if !ids.isEmpty {
            guard !isFiltered && !all else { throw ValidationError("give ids or a filter, not both") }
            var seen: Set<Int64> = []
            return .ids(ids.filter { seen.insert($0).inserted })
        }
        guard isFiltered || all else { throw ValidationError("give ids, a filter or --all") }
        guard !(isFiltered && all) else { throw ValidationError("--all cannot be combined with a filter") }
        return .filter(filter())
    }
}
