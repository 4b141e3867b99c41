// swift-tools-version: 6.2
import PackageDescription

/// An executable that libFuzzer drives, over products of afd-sizer.
func target(_ name: String, _ products: String...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["FuzzDriver"] + products.map { .product(name: $0, package: "afd-sizer") },
        swiftSettings: [.swiftLanguageMode(.v6)])
}

// A package of its own, so that the flags that fuzzing needs never touch the product. Built and run by script/check/fuzz,
// which adds -sanitize=fuzzer,address for all modules.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "afd-sizer", path: "..")],
    targets: [
        .target(name: "FuzzDriver", swiftSettings: [.swiftLanguageMode(.v6)]),
        target("http-fuzz", "HTTPServer"),
        target("form-fuzz", "HTTPServer"),
        target("trace-fuzz", "Calibration", "Text"),
        target("exposition-fuzz", "Calibration", "Text"),
    ]
)
