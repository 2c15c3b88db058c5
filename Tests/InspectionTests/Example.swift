import Host
import Packages
import Transfer

@testable import Inspection

/// A small image to talk about.
enum Example {
    static func facts(_ name: String, _ version: String = "1.0", license: String = "MIT") -> PackageFacts {
        PackageFacts(
            name: name, epoch: name == "bash" ? 1 : 0, version: version, release: "2.fc43", architecture: "x86_64",
            license: license, vendor: "Fedora Project", source: "\(name)-\(version)-2.fc43.src.rpm",
            url: "https://example.org/\(name)", summary: "The \(name) <package> & more", installedSize: 5000)
    }

    static func package(
        _ name: String, _ reason: PackageReason, version: String = "1.0", license: String = "MIT", bytes: Int = 4000
    ) -> ImageManifest.Package {
        ImageManifest.Package(
            facts: facts(name, version, license: license), checksum: "\(Checksum.of(Array(name.utf8)))", size: 2000,
            repository: "fedora", reason: reason, files: 3, bytes: bytes)
    }

    static func manifest() throws -> ImageManifest {
        var manifest = ImageManifest(
            name: "tiny", version: "1", arch: "x86_64", sourceDate: 1_700_000_000, kernel: "6.12.1",
            kernelArguments: ["quiet", "console=ttyS0,115200"],
            requests: [
                .init(text: "@core", place: "base.yaml:12:5"), .init(text: "-dracut", place: "tiny.yaml:3:12"),
            ],
            packages: [
                package("bash", .request("@core if glibc"), license: "GPL-3.0-or-later"),
                package("libtinfo", .dependency(of: "bash"), license: "see /usr/share/licenses"),
                package("langpack", .supplement(of: "(langpacks and bash)"), license: ""),
            ])
        manifest.sizes = .init(esp: 512 << 20, slot: nil, state: 1 << 30)
        manifest.trims = [.init(rule: "/usr/share/doc/**", place: "base.yaml:40:7", files: 12, bytes: 345_678)]
        manifest.files = [
            .init(path: "/etc/motd", bytes: 20, place: "base.yaml:30:5"),
            .init(path: "/etc/passwd", bytes: 900, place: nil),
        ]
        return manifest
    }
}
