// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the flags that fuzzing needs never touch the product. Built and run by script/check/fuzz,
// which adds -sanitize=fuzzer,address for all modules.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "afd-sizer", path: "..")],
    targets: [
        .executableTarget(
            name: "http-fuzz",
            dependencies: [.product(name: "HTTPServer", package: "afd-sizer")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                // libFuzzer brings the main function.
                .unsafeFlags(["-parse-as-library"]),
            ]),
        .executableTarget(
            name: "form-fuzz",
            dependencies: [.product(name: "HTTPServer", package: "afd-sizer")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .unsafeFlags(["-parse-as-library"]),
            ]),
        .executableTarget(
            name: "trace-fuzz",
            dependencies: [
                .product(name: "Calibration", package: "afd-sizer"), .product(name: "Text", package: "afd-sizer"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .unsafeFlags(["-parse-as-library"]),
            ]),
        .executableTarget(
            name: "exposition-fuzz",
            dependencies: [
                .product(name: "Calibration", package: "afd-sizer"), .product(name: "Text", package: "afd-sizer"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .unsafeFlags(["-parse-as-library"]),
            ]),
    ]
)
