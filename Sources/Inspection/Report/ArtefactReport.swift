import Document
import Host
import Packages

/// One page about an artefact: where its bytes are, what the trims brought, why each package is there, how long the build took.
public struct ArtefactReport: Sendable {
    let inspection: ArtefactInspection
    let folders: SizeTree
    let timeline: Timeline?

    /// Looks into an artefact.
    ///
    /// - Throws: `.invalidInput` for what is no artefact, or a damaged one
    public init(_ path: String, progress: @escaping ProgressSink = silent) throws {
        self = try during("inspecting \"\(path)\"") {
            try ArtefactContents.with(path, progress: progress) { contents in
                guard let root = contents.roots.first else {
                    throw Failure(.invalidInput, "there is no root file system in it")
                }
                let inspection = try ArtefactInspection(contents, progress: progress)
                let entries = try root.entries()
                let owners = Self.owners(try root.packages()?.packages ?? [])
                let timeline = inspection.manifest.flatMap { manifest in
                    inspection.sha256.flatMap { Timeline(beside: path, baseName: manifest.baseName, sha256: $0) }
                }
                return ArtefactReport(
                    inspection: inspection, folders: .folders(entries, owners: owners), timeline: timeline)
            }
        }
    }

    init(inspection: ArtefactInspection, folders: SizeTree, timeline: Timeline?) {
        self.inspection = inspection
        self.folders = folders
        self.timeline = timeline
    }

    /// The package of each path, kernel modules by their names in the image, too.
    private static func owners(_ packages: [InstalledPackages.Package]) -> [String: String] {
        var owners: [String: String] = [:]
        for package in packages {
            for file in package.files {
                owners[file.path] = package.facts.name
                for ending in [".xz", ".zst", ".gz"] where file.path.hasSuffix(".ko" + ending) {
                    owners[String(file.path.dropLast(ending.count))] = package.facts.name
                }
            }
        }
        return owners
    }

    /// The page.
    public var html: String {
        let name = inspection.manifest.map { "\($0.name) \($0.version)" } ?? Path.name(inspection.path)
        let sections = [head(name), composition, map, trims, packages, additions, timing].joined(separator: "\n")
        return Page(title: "\(name): report", body: "<main>\n\(sections)\n</main>", data: data).html
    }

    private var data: JSONValue {
        let requests =
            inspection.manifest.map(SizeTree.requests)
            ?? SizeTree(
                name: "Packages", bytes: inspection.packages.reduce(0) { $0 + $1.installedSize },
                children: inspection.packages.map { SizeTree(name: $0.name, bytes: $0.installedSize) })
        return ["requests": requests.json, "folders": folders.json]
    }

    // MARK: - Sections

    private func head(_ name: String) -> String {
        var facts: [(String, String)] = [
            ("Artefact", grouped(inspection.size) + " bytes"), ("Root, uncompressed", readable(folders.bytes)),
            ("Packages", grouped(inspection.packages.count)),
        ]
        if let manifest = inspection.manifest {
            facts += [
                ("Kernel", manifest.kernel), ("Source date", CalendarTime(manifest.sourceDate).date),
            ]
            let saved = manifest.trims.reduce(0) { $0 + $1.bytes }
            if saved > 0 { facts.append(("Trimmed away", readable(saved))) }
        }
        if let timeline { facts.append(("Build", seconds(timeline.length))) }
        let list = facts.map { "<div><dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd></div>" }.joined(separator: "\n")
        let arguments = inspection.manifest.map { $0.kernelArguments.joined(separator: " ") } ?? ""
        return """
            <header>
            <h1>\(escaped(name))</h1>
            <p class="soft">\(escaped(Path.name(inspection.path)))\(inspection.sha256.map { " · sha256 <code>\($0)</code>" } ?? "")</p>
            \(arguments.isEmpty ? "" : "<p class=\"soft\">Kernel arguments: <code>\(escaped(arguments))</code></p>")
            </header>
            <dl class="facts">
            \(list)
            </dl>
            """
    }

    /// What the artefact's own bytes are.
    private var composition: String {
        var parts: [(name: String, bytes: Int)] = inspection.roots.map {
            ("root \(Path.name($0.part.name))", $0.part.size)
        }
        parts += inspection.initramfs.map { (Path.name($0.part.name), $0.part.size) }
        parts += inspection.kernels.map { (Path.name($0.part.name), $0.part.size) }
        let rest = inspection.size - parts.reduce(0) { $0 + $1.bytes }
        if rest > 0 { parts.append(("boot loader and the rest", rest)) }
        let total = max(1, parts.reduce(0) { $0 + $1.bytes })
        func colour(_ index: Int) -> String {
            "hsl(\((index * 137 + 205) % 360) var(--tile-colour) var(--tile-light))"
        }
        let bar = parts.enumerated().map { index, part in
            "<span style=\"flex:\(part.bytes);background:\(colour(index))\"></span>"
        }.joined()
        let legend = parts.enumerated().map { index, part in
            "<li><i style=\"background:\(colour(index))\"></i>\(escaped(part.name)) \(readable(part.bytes)) (\(percent(part.bytes, of: total)))</li>"
        }.joined(separator: "\n")
        return """
            <section>
            <h2>The artefact</h2>
            <div class="bar" aria-hidden="true">\(bar)</div>
            <ul class="legend">
            \(legend)
            </ul>
            </section>
            """
    }

    private var map: String {
        """
        <section>
        <h2>Where the bytes are</h2>
        <div class="tools">
        <button type="button" data-view="packages" aria-pressed="true">By request and package</button>
        <button type="button" data-view="folders" aria-pressed="false">By folder</button>
        <button type="button" id="map-up">Up</button>
        <span id="map-title" aria-live="polite"></span>
        </div>
        <div class="map" id="map" role="group" aria-label="Treemap of the image"></div>
        <p class="soft" id="map-note" aria-live="polite">Uncompressed sizes. Choose a tile to look inside.</p>
        </section>
        """
    }

    private var trims: String {
        guard let manifest = inspection.manifest, !manifest.trims.isEmpty else { return "" }
        let rows = manifest.trims.sorted { $0.bytes > $1.bytes }.map { trim in
            "<tr><td><code>\(escaped(trim.rule))</code></td>\(bytesCell(trim.bytes))\(numberCell(trim.files))<td class=\"place\">\(escaped(trim.place))</td></tr>"
        }
        return table(
            "Trims and their yield", id: "trims",
            headings: [("Rule", "text"), ("Removed", "number"), ("Files", "number"), ("In the recipe", "text")],
            rows: rows)
    }

    private var packages: String {
        guard let manifest = inspection.manifest else {
            let rows = inspection.packages.map {
                "<tr><td>\(escaped($0.nevra))</td>\(bytesCell($0.installedSize))<td>\(escaped($0.license))</td></tr>"
            }
            return table(
                "Packages", id: "packages",
                headings: [("Package", "text"), ("Installed", "number"), ("License", "text")],
                rows: rows)
        }
        let rows = manifest.packages.sorted { $0.bytes > $1.bytes }.map { package in
            let chain = manifest.chain(from: package.facts.name)
            let request = manifest.request(of: chain)
            let steps = chain.map { "<li>\(escaped("\($0.package) is \($0.reason)"))</li>" }.joined()
            let why =
                chain.count > 1
                ? "<details><summary>\(escaped("\(package.reason)"))</summary><ol>\(steps)</ol></details>"
                : escaped("\(package.reason)")
            let facts = package.facts
            return """
                <tr><td><strong>\(escaped(facts.name))</strong> <span class="soft">\(escaped("\(facts.version)-\(facts.release)"))</span>\
                <br><span class="soft">\(escaped(facts.summary))</span></td>\
                \(bytesCell(package.bytes))\(numberCell(package.files))<td>\(why)</td>\
                <td class="place">\(escaped(request?.place ?? ""))</td><td>\(escaped(facts.license))</td><td>\(escaped(package.repository))</td></tr>
                """
        }
        return table(
            "Packages", id: "packages",
            headings: [
                ("Package", "text"), ("In the image", "number"), ("Files", "number"), ("Why", "text"),
                ("Asked for at", "text"), ("License", "text"), ("Repository", "text"),
            ], rows: rows)
    }

    private var additions: String {
        guard let manifest = inspection.manifest, !manifest.files.isEmpty else { return "" }
        let rows = manifest.files.map { file in
            "<tr><td><code>\(escaped(file.path))</code></td>\(bytesCell(file.bytes))<td class=\"place\">\(escaped(file.place ?? "made by the build"))</td></tr>"
        }
        return table(
            "What no package brought", id: "files",
            headings: [("Path", "text"), ("Bytes", "number"), ("Brought by", "text")], rows: rows)
    }

    private var timing: String {
        guard let timeline else { return "" }
        let length = max(0.001, timeline.length)
        let rows = timeline.stages.sorted { ($0.begin, -$0.seconds) < ($1.begin, -$1.seconds) }.map { stage in
            let left = tenths(stage.begin / length * 100)
            let width = tenths(stage.seconds / length * 100)
            let bar = stage.isReused ? "" : "<i style=\"left:\(left)%;width:\(width)%\"></i>"
            return """
                <span>\(escaped(stage.name))</span>\
                <span class="track" title="\(escaped(stage.note))">\(bar)</span>\
                <span class="number\(stage.isReused ? " reused" : "")">\(stage.isReused ? "reused" : seconds(stage.seconds))</span>
                """
        }
        return """
            <section>
            <h2>Build: \(seconds(timeline.length))</h2>
            <div class="time">
            \(rows.joined(separator: "\n"))
            </div>
            </section>
            """
    }
}
