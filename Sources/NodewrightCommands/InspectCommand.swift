import ArgumentParser
import Document
import Host
import Inspection

/// `nodewright inspect`: what is in a finished artefact.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is in an artefact, and why.",
        discussion: """
            Reads an ISO, a disk image (raw or qcow2), or a folder for PXE or updates: \
            partitions, file systems, boot entries, kernel, initramfs, packages; checks \
            root hashes. Nothing is mounted and no rights are needed.

            EXAMPLES
              nodewright inspect out/hypervisor-0.1.0-x86_64.iso
              nodewright inspect out/hypervisor-0.1.0-x86_64.qcow2 --json
              nodewright inspect out/hypervisor-0.1.0-x86_64.iso --why /usr/bin/bash
              nodewright inspect out/hypervisor-0.1.0-x86_64.iso --why libvirt-daemon

            EXIT STATUS
              0 done; 2 the artefact is none, or damaged, or has nothing of that name; \
            5 a root file system does not fit its root hash.
            """)

    @Argument(help: ArgumentHelp("An artefact of nodewright build.", valueName: "artefact"))
    var artefact: String

    @Option(
        help: ArgumentHelp(
            "Say which package and which line of the recipe brought in this path (beginning with /) or package.",
            valueName: "path-or-package"))
    var why: String?

    @OptionGroup var outputOptions: OutputOptions

    func run() throws {
        let progress = outputOptions.progress()
        if let why {
            let answer = try Explanation(why, in: artefact, progress: progress)
            return print(outputOptions.json ? JSON.text(answer.json) : answer.text)
        }
        let inspection = try ArtefactInspection(artefact, progress: progress)
        print(outputOptions.json ? JSON.text(inspection.json) : inspection.text)
        try inspection.requireSound()
    }
}
