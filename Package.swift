// swift-tools-version: 6.2
import PackageDescription

// Every target of our own is built in Swift 6 mode with warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "afd-sizer",
    products: [
        .executable(name: "afd-sizer", targets: ["afd-sizer"]),
        .executable(name: "http-fixture", targets: ["http-fixture"]),
        .library(name: "Text", targets: ["Text"]),
        .library(name: "Sizing", targets: ["Sizing"]),
        .library(name: "Simulation", targets: ["Simulation"]),
        .library(name: "Calibration", targets: ["Calibration"]),
        .library(name: "Hardware", targets: ["Hardware"]),
        .library(name: "Planning", targets: ["Planning"]),
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "HTTPServer", targets: ["HTTPServer"]),
        .library(name: "Console", targets: ["Console"]),
        .library(name: "SizingContract", targets: ["SizingContract"]),
        .library(name: "SizingAPI", targets: ["SizingAPI"]),
    ],
    dependencies: [
        // Commands, flags, help and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // One place for flags and AFD_SIZER_* variables.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        // The field's currency types for methods, statuses and header fields.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        // The field's logging interface.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // System calls of Linux that Swift's Glibc module leaves out: epoll, eventfd, timerfd, accept4.
        .systemLibrary(name: "CLinux"),
        // Files that are compiled into the binary with #embed: the API description, the operators' page, the catalogue.
        .target(name: "CEmbedded", exclude: ["page", "catalogue"]),

        // The ground: names, ranges and errors as text.
        .target(name: "Text", swiftSettings: strict),
        // The ground: distributions, exact and compensated sums, estimates, transforms, hashes. (swift-numerics has a module Numerics.)
        .target(name: "SizingNumerics", swiftSettings: strict),

        // The theory: pure values and functions.
        .target(name: "Sizing", dependencies: ["Text", "SizingNumerics"], swiftSettings: strict),
        .target(name: "Simulation", dependencies: ["Sizing", "Text", "SizingNumerics"], swiftSettings: strict),
        .target(name: "Calibration", dependencies: ["Sizing", "Text", "SizingNumerics"], swiftSettings: strict),
        .target(
            name: "Hardware", dependencies: ["Sizing", "JSON", "Text", "SizingNumerics", "CEmbedded"],
            swiftSettings: strict),
        .target(
            name: "Planning", dependencies: ["Sizing", "Hardware", "Text", "SizingNumerics"], swiftSettings: strict),

        // JSON text over bytes: a bounded parser and a writer.
        .target(name: "JSON", dependencies: ["SizingNumerics"], swiftSettings: strict),

        // An HTTP/1.1 server that knows nothing of sizing.
        .target(
            name: "HTTPServer",
            dependencies: [
                "CLinux", "COpenSSL", "CZlib",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // What the service can do, without HTTP: operations from checked inputs to answers, JSON in and out.
        .target(
            name: "SizingContract",
            dependencies: [
                "Sizing", "Simulation", "Calibration", "Hardware", "Planning", "JSON", "Text", "SizingNumerics",
            ],
            swiftSettings: strict),

        // The operations over HTTP, and what is there beside them: health, metrics, the description, the page.
        .target(
            name: "SizingAPI",
            dependencies: [
                "SizingContract", "Calibration", "Hardware", "Text", "JSON", "HTTPServer", "CEmbedded",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict),

        // Answers as text for a terminal: sentences, tables, plots.
        .target(name: "Console", dependencies: ["JSON", "Text"], swiftSettings: strict),

        .executableTarget(
            name: "afd-sizer",
            dependencies: [
                "SizingContract", "SizingAPI", "Console", "Calibration", "HTTPServer", "JSON", "COpenSSL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "http-fixture",
            dependencies: ["HTTPServer", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: strict),

        // What several test targets use.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "ContractTestSupport", dependencies: ["SizingContract", "JSON"], path: "Tests/ContractTestSupport",
            swiftSettings: strict),
        .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: strict),
        .testTarget(
            name: "SizingNumericsTests", dependencies: ["SizingNumerics", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ConsoleTests", dependencies: ["Console", "JSON"], swiftSettings: strict),
        .testTarget(
            name: "SizingTests", dependencies: ["Text", "SizingNumerics", "Sizing", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["Text", "SizingNumerics", "Simulation", "Sizing"],
            swiftSettings: strict),
        .testTarget(
            name: "CalibrationTests", dependencies: ["Text", "SizingNumerics", "Calibration", "Sizing", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HardwareTests", dependencies: ["Text", "Hardware", "Sizing", "JSON", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PlanningTests",
            dependencies: ["Text", "Planning", "Hardware", "Simulation", "Sizing", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "COpenSSL", "CZlib", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AFDSizerTests",
            dependencies: [
                "afd-sizer", "Console", "SizingContract", "Planning", "Hardware", "Sizing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SizingContractTests",
            dependencies: ["SizingContract", "ContractTestSupport", "TestSupport", "Calibration", "JSON"],
            swiftSettings: strict),
        .testTarget(
            name: "SizingAPITests",
            dependencies: ["SizingAPI", "ContractTestSupport", "JSON", "HTTPServer"], swiftSettings: strict),
    ],
    cLanguageStandard: .gnu2x
)
