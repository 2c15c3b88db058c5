import Host
import Packages

extension ArtefactInspection {
    /// The answer for people.
    public var text: String {
        var lines = ["\(Path.name(path)): \(title), \(grouped(size)) bytes"]
        if let sha256 {
            let verdict = expectedSHA256.map { $0 == sha256 ? " (as in SHA256SUMS)" : " (NOT as in SHA256SUMS)" } ?? ""
            lines.append("  sha256 \(sha256)\(verdict)")
        }
        if listedFiles > 0 {
            lines.append("  \(listedFiles - changedFiles.count) of \(listedFiles) files are as SHA256SUMS lists them")
        }
        if let manifest {
            lines.append(
                "  \(manifest.name) \(manifest.version) for \(manifest.arch), source date \(CalendarTime(manifest.sourceDate).iso)"
            )
            if !manifest.kernelArguments.isEmpty {
                lines.append("  kernel arguments: " + shown(manifest.kernelArguments.joined(separator: " ")))
            }
        } else {
            lines.append("  it says nothing about how it was made (no \(ImageManifest.path))")
        }
        if let table {
            lines.append("partitions (\(table.kind), \(shown(table.identifier)))")
            lines += table.partitions.map { partition in
                "  \(padded("\(partition.number)", 3))\(padded(shown(partition.name), 18))\(padded(readable(partition.size), 12))"
                    + [partition.fileSystem ?? "-", partition.label.map { "\"\(shown($0))\"" }].compactMap { $0 }
                    .joined(separator: " ")
            }
        }
        for check in checks {
            lines.append("verity")
            if let problem = check.problem {
                lines.append("  \(check.name): DOES NOT MATCH: \(shown(problem))")
            } else {
                lines.append("  \(check.name): matches \(check.rootHash ?? "")")
            }
        }
        lines.append("boot")
        lines += kernels.map {
            "  \(padded(shown($0.part.name), 26))\(padded(readable($0.part.size), 12))Linux \(shown($0.version))"
        }
        for image in initramfs {
            lines.append("  \(padded(shown(image.part.name), 26))\(readable(image.part.size))")
            for (index, segment) in image.segments.enumerated() {
                let note = segment.modules > 0 ? ", \(segment.modules) kernel modules" : ""
                lines.append(
                    "    \(padded("segment \(index + 1)", 24))\(padded(readable(segment.compressed), 12))\(segment.compression), "
                        + "\(readable(segment.size)) unpacked, \(segment.files) files\(note)")
            }
        }
        if !bootEntries.isEmpty { lines.append("boot entries") }
        for entry in bootEntries {
            lines.append("  " + entry.titles.map(shown).joined(separator: " > "))
            if let kernel = entry.kernel {
                lines.append("    \(shown(([kernel] + entry.arguments).joined(separator: " ")))")
            }
        }
        for root in roots {
            lines.append("root file system \(shown(root.part.name))")
            lines.append(
                "  \(readable(root.part.size)) of \(readable(root.bytes)), squashfs (\(root.compression), blocks of \(root.blockSize >> 10) KiB), "
                    + "\(grouped(root.files)) files")
        }
        let origin =
            hasDatabase ? "package database" : manifest == nil ? "unknown" : "manifest; there is no package database"
        lines.append("packages: \(packages.count) (\(origin))")
        lines += packages.map { "  \(shown($0.nevra))" }
        return lines.joined(separator: "\n")
    }

    private var title: String {
        switch kind {
        case "iso": "ISO image" + (label.map { " \"\(shown($0))\"" } ?? "")
        case "disk": "disk image"
        case "qcow2": "qcow2 disk image"
        default: "folder"
        }
    }
}
