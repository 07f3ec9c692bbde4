/// Sizes as text: a whole number of `B`, `KiB` or `MiB`.
enum ByteText {
    private static var unit: UnitText {
        UnitText(
            noun: "size",
            units: [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20)],
            aliases: ["k": "KiB", "kb": "KiB", "ki": "KiB", "m": "MiB", "mb": "MiB", "mi": "MiB", "bytes": "B"],
            usual: "B")
    }

    static func parse(_ scalar: ScalarText) throws(Complaint) -> Int {
        try unit.parse(scalar)
    }

    static func format(_ bytes: Int) -> String {
        unit.format(bytes)
    }
}
