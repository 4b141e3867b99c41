// swift-tools-version: 6.2
import PackageDescription

// The study behind docs/accuracy.md; run it with script/accuracy.
let package = Package(
    name: "accuracy",
    dependencies: [.package(name: "afd-sizer", path: "..")],
    targets: [
        .executableTarget(
            name: "accuracy-study",
            dependencies: [
                .product(name: "Sizing", package: "afd-sizer"), .product(name: "Simulation", package: "afd-sizer"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
        // What work was estimated to take, beside what it took.
        .executableTarget(
            name: "work-estimates", dependencies: [.product(name: "SizingContract", package: "afd-sizer")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    ])
