import Host
import Testing

@testable import Lab

private let publishedLab = Path.join(Environment.cacheFolder, "lab")

/// The published lab, asked through dnf.
@Suite(.enabled(if: File.exists(publishedLab) && Environment.program("dnf") != nil, "the lab or dnf is not here"))
struct RepositoryTests {
    /// Runs dnf on repositories of the lab and an empty root.
    private func dnf(_ repositories: [String], _ arguments: [String]) throws -> Command.Result {
        try Folder.withTemporary { folder in
            var text =
                "[main]\nreposdir=/dev/null\nplugins=0\ncachedir=\(folder)/cache\npersistdir=\(folder)/state\nlogdir=\(folder)\n"
            for name in repositories {
                text += "[\(name)]\nname=\(name)\nbaseurl=file://\(publishedLab)/\(name)\nrepo_gpgcheck=0\n"
            }
            let configuration = Path.join(folder, "dnf.conf")
            try File.write(configuration, text)
            return try Command(
                "dnf", ["-c", configuration, "--installroot=\(folder)/root", "--releasever=13"] + arguments
            ).run()
        }
    }

    /// What dnf would install, by the first column of its table; dnf ends with 1 because the answer is no.
    private func chosen(_ repositories: [String], _ packages: [String], weak: Bool = true) throws -> [String: String] {
        let result = try dnf(
            repositories, ["--setopt=install_weak_deps=\(weak)", "--assumeno", "install"] + packages)
        #expect(result.text.contains("Transaction Summary"), "\(result.text)\n\(result.errorTail)")
        var repository: [String: String] = [:]
        for line in result.text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 6, ["x86_64", "noarch"].contains(words[1]) { repository[words[0]] = words[3] }
        }
        return repository
    }

    @Test func dnfResolvesAHypervisor() throws {
        let packages = [
            "@core", "@hypervisor", "@virtualization-hypervisor", "kernel", "grub2-pc", "grub2-efi-x64", "shim-x64",
        ]
        #expect(try chosen(["fedora", "nodewright"], packages).count > 100)
    }

    /// `(edk2-ovmf if libvirt-daemon-driver-qemu)`: the firmware comes with libvirt only.
    @Test func aRichDependencyIsResolved() throws {
        let alone = try chosen(["fedora"], ["qemu-kvm-core"], weak: false)
        #expect(alone["qemu-kvm-core"] != nil && alone["edk2-ovmf"] == nil)
        let both = try chosen(["fedora"], ["qemu-kvm-core", "libvirt-daemon-driver-qemu"], weak: false)
        #expect(both["edk2-ovmf"] != nil)
    }

    /// Upgrades are tested with it: a kernel, nodectl and a library, each really newer than in the main repositories.
    @Test func updatesAreNewer() throws {
        func query(_ repositories: [String], _ arguments: [String]) throws -> [String] {
            let result = try dnf(repositories, ["-q", "repoquery"] + arguments).check()
            return result.text.split(separator: "\n").map(String.init)
        }
        let names = try query(["updates"], ["--queryformat", "%{name}"])
        let all = ["fedora", "nodewright", "updates"]
        let versions = try query(all, ["--queryformat", "%{name} %{evr}"] + names)
        let newest = try query(all, ["--latest-limit=1", "--queryformat", "%{name} %{repoid}"] + names)
        for name in names {
            #expect(Set(versions.filter { $0.hasPrefix(name + " ") }).count == 2, "\(name) has no other version")
        }
        #expect(newest.sorted() == names.map { $0 + " updates" }.sorted())
        #expect(names.contains("kernel-core") && names.contains("nodectl"))
        #expect(!Set(names).isDisjoint(with: try LabMap.embedded().repack), "no library has changed")
        let chosen = try chosen(all, ["kernel-core", "nodectl"])
        #expect(chosen["kernel-core"] == "updates" && chosen["nodectl"] == "updates")
    }
}
