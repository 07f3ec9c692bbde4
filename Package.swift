// swift-tools-version: 6.2
import PackageDescription

// Each file is one step any migration tool can run; compiled in, they are what `journey-outbox migrate` runs.
let migrations = [
    "0001_outbox_tables",
    "0002_outbox_guard",
    "0003_outbox_accepted",
    "0004_outbox_unchanged",
    "0005_outbox_deleted",
    "0006_outbox_batch_transition",
    "0007_outbox_batch_frozen",
    "0008_outbox_intents",
    "0009_outbox_cancel",
    "0010_outbox_history",
    "0011_outbox_lane",
    "0012_outbox_lane_next",
    "0013_outbox_dead_lane",
    "0014_outbox_dead_discarded",
    "0015_outbox_batch_span",
]

let package = Package(
    name: "journey-outbox",
    platforms: [.macOS(.v15)],
    products: [
        // What a producer links: the outbox, and nothing of the worker.
        .library(name: "JourneyOutbox", targets: ["JourneyOutbox"]),
        .executable(name: "journey-outbox", targets: ["journey-outbox"]),
        // What the program is made of, for Benchmarks/ alone: its interface changes with any release.
        .library(
            name: "JourneyOutboxWorker", targets: ["Delivery", "Deployment", "Operation", "SQLiteStore", "SpotzeeAPI"]),
        // What the tests preload into a worker: no target depends on it.
        .library(name: "ProcessFaults", type: .dynamic, targets: ["ProcessFaults"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ],
    targets: [
        .target(
            name: "OutboxMigrations",
            path: "migrations",
            resources: migrations.flatMap { [.embedInCode("\($0).up.sql"), .embedInCode("\($0).down.sql")] }
        ),
        .target(
            name: "JourneyOutbox",
            dependencies: ["OutboxMigrations", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .target(
            name: "Delivery",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "Deployment",
            dependencies: ["Delivery", .product(name: "Crypto", package: "swift-crypto")]
        ),
        // What the operator's commands ask of a database, whichever engine keeps it.
        .target(name: "Operation", dependencies: ["Delivery", "Deployment"]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "Delivery", "Deployment", "Operation", "JourneyOutbox", "OutboxMigrations",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "SpotzeeAPI",
            dependencies: [
                "Delivery",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // What may be shown: one rule for everything that comes from outside.
        .target(name: "PlainText"),
        .target(
            name: "Settings",
            dependencies: ["PlainText", .product(name: "Yams", package: "Yams")]
        ),
        .target(
            name: "Prometheus",
            dependencies: ["PlainText", .product(name: "CoreMetrics", package: "swift-metrics")]
        ),
        .target(
            name: "Sandbox",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "journey-outbox",
            dependencies: [
                "Delivery", "Deployment", "Operation", "SQLiteStore", "SpotzeeAPI", "Settings", "Sandbox",
                "Prometheus", "PlainText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Sources/CommandLine"
        ),
        .testTarget(
            name: "ProducerTests",
            dependencies: ["JourneyOutbox", "OutboxMigrations", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .executableTarget(
            name: "ProducerExample",
            dependencies: ["JourneyOutbox", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Examples/Producer"
        ),
        .testTarget(name: "DeliveryTests", dependencies: ["Delivery"]),
        .testTarget(name: "DeploymentTests", dependencies: ["Delivery", "Deployment"]),
        .systemLibrary(name: "SQLiteMemory", path: "Proof/SQLiteMemory"),
        .target(
            name: "Simulation",
            dependencies: [
                "Delivery", "Deployment", "JourneyOutbox", "Operation", "SQLiteStore", "Sandbox", "SQLiteMemory",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Proof/Simulation"
        ),
        .executableTarget(
            name: "simulate",
            dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Proof/Simulate"
        ),
        // The rules for a key of unknown outcome, and every schedule they meet. It shares no code with the worker.
        .target(name: "KeyModel", path: "Proof/KeyModel"),
        .executableTarget(name: "key-model", dependencies: ["KeyModel"], path: "Proof/KeyModelCheck"),
        .testTarget(name: "KeyModelTests", dependencies: ["KeyModel"]),
        .executableTarget(
            name: "soak",
            dependencies: [
                "Delivery", "JourneyOutbox", "Operation", "SQLiteStore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Proof/Soak"
        ),
        // Replaces calls of libc in a worker that runs as a process, and stops or kills it at a stage of a batch.
        .target(
            name: "ProcessFaults", path: "Proof/ProcessFaults",
            cSettings: [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]),
        // Reads what a run has left behind, and shares no code with the worker.
        .target(name: "Audit", dependencies: [.product(name: "GRDB", package: "GRDB.swift")], path: "Proof/Audit"),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "Delivery", "SQLiteStore", "JourneyOutbox", "Sandbox", "journey-outbox",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "workload",
            dependencies: [
                "Delivery", "JourneyOutbox", "SQLiteStore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Proof/Workload"
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "Sandbox", .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]
        ),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"]),
        .testTarget(
            name: "PrometheusTests",
            dependencies: ["Prometheus", .product(name: "CoreMetrics", package: "swift-metrics")]
        ),
        .testTarget(
            name: "OperatorTests",
            dependencies: [
                "Delivery", "Deployment", "Operation", "SQLiteStore", "SpotzeeAPI", "Settings", "journey-outbox",
                "Prometheus",
                "PlainText", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Delivery", "Deployment", "JourneyOutbox", "Operation", "SQLiteStore", "SpotzeeAPI", "Settings",
                "Sandbox",
                "journey-outbox", "workload", "OutboxMigrations", "Prometheus", "Audit",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
    ]
)

// The copy of the worker that `scripts/mutants weave` writes, with the mutants that the simulation has to catch. It is
// built beside what it does not change, and only where the variable says where it is: `make mutants`.
if let folder = Context.environment["WOVEN_MUTANTS"] {
    let names = ["Delivery", "Deployment", "Operation", "SQLiteStore", "Simulation"]
    package.targets += package.targets.filter { names.contains($0.name) }.map { target in
        let dependencies = target.dependencies.map { dependency -> Target.Dependency in
            guard case .byNameItem(let name, _) = dependency, names.contains(name) else { return dependency }
            return .init(stringLiteral: "Mutant\(name)")
        }
        return .target(
            name: "Mutant\(target.name)", dependencies: dependencies + ["Mutation"], path: "\(folder)/\(target.name)")
    }
    package.targets += [
        .target(name: "Mutation", path: "\(folder)/Mutation"),
        .target(
            name: "MutantLogging",
            dependencies: [
                "MutantDelivery", "Mutation", .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "\(folder)/Logging"
        ),
        .executableTarget(
            name: "mutants",
            dependencies: [
                "Mutation", "MutantDelivery", "MutantLogging", "MutantSQLiteStore", "MutantSimulation", "JourneyOutbox",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "\(folder)/Runner"
        ),
    ]
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    // The checker is to catch a mutant, and not an assertion of the worker, which would end the process.
    if target.name.hasPrefix("Mutant") { target.swiftSettings?.append(.unsafeFlags(["-assert-config", "Release"])) }
}
