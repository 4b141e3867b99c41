// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what the comparison needs must never reach the product's dependencies.
let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "afd-sizer", path: ".."),
        // What is compared with.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    ],
    targets: [
        // The sizing job as a Hummingbird service: the same JSON, Foundation's coders, the same formulas from our core.
        .executableTarget(
            name: "hummingbird-service",
            dependencies: [
                .product(name: "Sizing", package: "afd-sizer"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
            ]),
        // The core alone, without a server.
        .executableTarget(
            name: "bench-core",
            dependencies: [
                .product(name: "Sizing", package: "afd-sizer"),
                .product(name: "Simulation", package: "afd-sizer"),
                .product(name: "Calibration", package: "afd-sizer"),
                .product(name: "Planning", package: "afd-sizer"),
            ]),
    ]
)
