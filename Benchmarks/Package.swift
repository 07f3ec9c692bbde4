// swift-tools-version: 6.2
import PackageDescription

// A separate package, so that the product has no dependencies that only the measurements need.
let package = Package(
    name: "journey-outbox-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "journey-outbox", path: ".."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "benchmark",
            dependencies: [
                .product(name: "JourneyOutbox", package: "journey-outbox"),
                .product(name: "JourneyOutboxWorker", package: "journey-outbox"),
                .product(name: "journey-outbox", package: "journey-outbox"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Benchmark"
        )
    ]
)

for target in package.targets {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
