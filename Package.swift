// swift-tools-version: 6.1
import PackageDescription

/// One set of language settings for every target (STYLE.md, convention 21).
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A C library: a module map and a shim header under `Sources/<name>`.
func cLibrary(_ name: String, _ pkgConfig: String, apt: String, dnf: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .yum([dnf])])
}

/// A Swift module under `Sources/<name>`; its dependencies are what ARCHITECTURE.md lets it use.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of a module under `Tests/<name>`; `data` are folders in it that are read where they lie.
func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "nodewright",
    products: [
        .executable(name: "nodewright", targets: ["nodewright"]),
        .executable(name: "nodectl", targets: ["nodectl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C libraries: nobody but the module named beside each may import it.
        cLibrary("CArchive", "libarchive", apt: "libarchive-dev", dnf: "libarchive-devel"),  // Archives
        cLibrary("CBlkid", "blkid", apt: "libblkid-dev", dnf: "libblkid-devel"),  // Disks
        cLibrary("CCrypto", "libcrypto", apt: "libssl-dev", dnf: "openssl-devel"),  // Transfer
        cLibrary("CCurl", "libcurl", apt: "libcurl4-openssl-dev", dnf: "libcurl-devel"),  // Transfer
        cLibrary("CFdisk", "fdisk", apt: "libfdisk-dev", dnf: "libfdisk-devel"),  // Disks
        cLibrary("CLzma", "liblzma", apt: "liblzma-dev", dnf: "xz-devel"),  // Artefacts
        cLibrary("CParted", "libparted", apt: "libparted-dev", dnf: "parted-devel"),  // Disks
        cLibrary("CRpm", "rpm", apt: "librpm-dev", dnf: "rpm-devel"),  // Packages
        cLibrary("CSolv", "libsolvext", apt: "libsolvext-dev", dnf: "libsolv-devel"),  // Packages
        cLibrary("CSquashfs", "libsquashfs1", apt: "libsquashfs-dev", dnf: "squashfs-tools-ng-devel"),  // Artefacts
        cLibrary("CSystemd", "libsystemd", apt: "libsystemd-dev", dnf: "systemd-devel"),  // Bus
        cLibrary("CYaml", "yaml-0.1", apt: "libyaml-dev", dnf: "libyaml-devel"),  // Document
        // Linux calls that Swift cannot reach (fork, unshare, seccomp): headers only, no library.
        .systemLibrary(name: "CLinux"),  // Host, Sandbox

        // Ground floor: one module per outside world.
        module("Document", ["CYaml", "Host"]),
        module("Host", ["CLinux"]),
        module("Archives", ["CArchive", "Host"]),
        module("Disks", ["CBlkid", "CFdisk", "CParted", "Host"]),
        module("Transfer", ["CCurl", "CCrypto", "Host"]),
        module("Bus", ["CSystemd", "Host"]),
        module("Sandbox", ["CLinux", "Host"]),
        module("Serving", ["CLinux", "Host"]),

        // Shared by both programs.
        module("Boot", ["Disks", "Host"]),
        module("NodeConfig", ["Document", "Host"]),
        module("Updates", ["CLinux", "Document", "Host", "Transfer"]),
        module("Verity", ["Disks", "Host", "Transfer"]),
        module("Delta", ["CLinux", "Host", "Transfer"]),

        // The build.
        module("Recipe", ["Document", "Host"]),
        module("Packages", ["CRpm", "CSolv", "Document", "Host", "Sandbox", "Transfer"]),
        module("RootTree", ["Archives", "CLinux", "Document", "Host", "Packages", "Recipe", "Sandbox", "Transfer"]),
        module(
            "Artefacts",
            [
                "Archives", "Boot", "CLinux", "CLzma", "CSquashfs", "Disks", "Document", "Host", "Transfer", "Updates",
                "Verity",
            ]),
        .target(name: "CReportPage", exclude: ["page.css", "page.js"]),  // Inspection: style and script, embedded
        module(
            "Inspection", ["Archives", "CReportPage", "Disks", "Document", "Host", "Packages", "Transfer", "Verity"]),
        module(
            "Build",
            [
                "Artefacts", "Disks", "Document", "Host", "Inspection", "NodeConfig", "Packages", "Recipe", "RootTree",
                "Sandbox", "Transfer", "CLinux",
            ]),
        module("Publishing", ["CLinux", "Delta", "Document", "Host", "Transfer", "Updates"]),
        .target(name: "CLabMap", exclude: ["map.yaml"]),  // Lab: its map, embedded
        module("Lab", ["Archives", "CLabMap", "Document", "Host", "Transfer"]),

        // The node.
        // Bound with dlopen: nodectl also runs where these libraries are not. (Console)
        .target(name: "CCrypt"), .target(name: "CNewt"), .target(name: "CPam"), .target(name: "CQrencode"),
        .target(name: "CVirt"),  // Node, bound with dlopen as well
        module(
            "Node",
            [
                "Boot", "Bus", "CLinux", "CVirt", "Delta", "Disks", "Document", "Host", "NodeConfig", "Transfer",
                "Updates", "Verity",
            ]),
        module(
            "Console",
            [
                "CCrypt", "CLinux", "CNewt", "CPam", "CQrencode", "Disks", "Document", "Host", "Node", "NodeConfig",
                "Transfer",
            ]),

        // The programs.
        module(
            "NodewrightCommands",
            [
                "Artefacts", "Build", "Disks", "Document", "Host", "Inspection", "Lab", "Packages", "Publishing",
                "Recipe", "RootTree", "Sandbox", "Serving", "Transfer", "Updates",
                argumentParser,
            ]),
        module(
            "NodectlCommands",
            [
                "Boot", "Console", "Disks", "Document", "Host", "Node", "NodeConfig", "Transfer", "Updates",
                argumentParser,
            ]),
        .executableTarget(
            name: "nodewright", dependencies: ["NodewrightCommands"], swiftSettings: settings,
            // librpm must find Packages/FixedClock's time(2), or no two package databases are the same.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=time"])]),
        .executableTarget(name: "nodectl", dependencies: ["NodectlCommands"], swiftSettings: settings),

        // Tests: one folder per module; ImageTests build whole images, BootTests start them in QEMU.
        .target(
            name: "TestSupport", dependencies: ["CLinux", "Document", "Host", "Transfer"], path: "Tests/Support",
            swiftSettings: settings),
        .target(
            name: "DiskSupport", dependencies: ["Boot", "Disks", "Host"], path: "Tests/DiskSupport",
            swiftSettings: settings),
        tests("HostTests", ["Host", "TestSupport"]),
        tests("DocumentTests", ["Document", "Host", "TestSupport"]),
        tests("RecipeTests", ["Document", "Recipe", "Host", "TestSupport"]),
        tests("PackagesTests", ["Document", "Host", "Packages", "Transfer", "TestSupport"]),
        tests(
            "RootTreeTests",
            ["Archives", "Document", "Host", "Packages", "Recipe", "RootTree", "Sandbox", "TestSupport"]),
        tests(
            "ArtefactsTests",
            ["Archives", "Artefacts", "Boot", "Disks", "Document", "Host", "Transfer", "TestSupport"]),
        tests("InspectionTests", ["Disks", "Document", "Host", "Inspection", "Packages", "Transfer", "TestSupport"]),
        tests("ArchitectureTests", ["Host"]),
        tests("BootControlTests", ["Boot", "Disks", "DiskSupport", "Document", "Host", "TestSupport"]),
        tests("BuildTests", ["Artefacts", "Build", "Host", "Packages", "RootTree", "Transfer", "TestSupport"]),
        tests("LabTests", ["Archives", "Document", "Lab", "Host", "TestSupport", "Transfer"]),
        tests("DisksTests", ["Disks", "Host", "TestSupport"]),
        tests("VerityTests", ["Disks", "Host", "TestSupport", "Transfer", "Verity"]),
        tests("TransferTests", ["Host", "Transfer", "TestSupport"]),
        tests("DeltaTests", ["Delta", "Host", "Transfer", "TestSupport"]),
        tests("PublishingTests", ["Delta", "Document", "Host", "Publishing", "TestSupport", "Transfer", "Updates"]),
        tests("UpdatesTests", ["Document", "Host", "Transfer", "TestSupport", "Updates"]),
        tests("ServingTests", ["Host", "Serving", "Transfer", "TestSupport"]),
        tests("SandboxTests", ["Sandbox", "Host", "TestSupport"]),
        tests("NodeConfigTests", ["Document", "Host", "NodeConfig", "TestSupport"], data: ["fail", "ok"]),
        tests(
            "NodeTests",
            [
                "Boot", "Bus", "CLinux", "CSystemd", "Disks", "DiskSupport", "Document", "Node", "NodeConfig", "Host",
                "Publishing", "Transfer", "TestSupport", "Updates", "Verity",
            ]),
        .target(
            name: "ConsoleSupport", dependencies: ["Console", "Disks", "Host", "Node", "NodeConfig"],
            path: "Tests/ConsoleSupport", swiftSettings: settings),
        // The wizard and the menu on a machine that is none, for ConsoleTests to drive on a real terminal.
        .executableTarget(
            name: "console-rehearsal", dependencies: ["Console", "ConsoleSupport", "Host", "NodeConfig"],
            path: "Tests/Rehearsal", swiftSettings: settings),
        tests(
            "ConsoleTests",
            [
                "console-rehearsal", "CLinux", "Console", "ConsoleSupport", "Disks", "Document", "Host", "Node",
                "NodeConfig",
                "TestSupport",
            ]),
        tests("CommandTests", ["Document", "NodewrightCommands", "NodectlCommands", "Host", "TestSupport"]),
        .testTarget(
            name: "PowerCutTests",
            dependencies: [
                "Boot", "Disks", "DiskSupport", "Document", "Host", "Node", "NodeConfig", "Publishing", "TestSupport",
                "Transfer", "Updates", "Verity",
            ], path: "Tests/PowerCut", swiftSettings: settings),
        tests("ImageTests", ["Document", "Host", "TestSupport"]),
        tests("BootTests", ["Disks", "Document", "Host", "TestSupport"]),
    ]
)
