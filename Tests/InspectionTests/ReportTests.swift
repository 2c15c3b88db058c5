import Document
import Host
import Packages
import Testing

@testable import Inspection

@Suite struct ReportTests {
    private static let browser = ["chromium", "chromium-browser", "google-chrome"].compactMap(Environment.program).first

    /// A hostile name in every place where an image can put one.
    private static let hostile = "<img src=x onerror=alert(1)></script><script>document.title='owned'</script>"

    private func page(in fixture: ArtefactFixture) throws -> String {
        var manifest = try Example.manifest()
        manifest.packages[2].facts.summary = Self.hostile
        manifest.packages[2].facts.license = Self.hostile
        manifest.trims[0].rule = Self.hostile
        manifest.kernelArguments.append(Self.hostile)
        let path = Path.join(fixture.folder, "hostile.iso")
        try fixture.make(manifest, motd: "", to: path, extra: ["/etc/<img src=x onerror=alert(1)>": "x"])
        let sha256 = try Command("sha256sum", [path]).run().check().text.prefix(64)
        let note: JSONValue = [
            "stages": [
                ["name": "root tree", "begin": 0, "milliseconds": 1500, "reused": false, "note": "<b>"],
                ["name": "ISO", "begin": 1500, "milliseconds": 500, "reused": false, "note": ""],
            ], "artefacts": [["name": "hostile.iso", "sha256": .string(String(sha256))]],
        ]
        try File.write(Path.join(fixture.folder, ".tiny-1-x86_64.build.json"), JSON.text(note))
        return try ArtefactReport(path).html
    }

    @Test func thePageIsOneFileAndNothingInItIsTakenForMarkup() throws {
        try ArtefactFixture.with { fixture in
            let page = try page(in: fixture)
            #expect(!page.contains("<img"))
            #expect(page.matches(of: /<script/).count == 2)  // the data and ours
            #expect(page.matches(of: /<\/script>/).count == 2)
            for word in ["src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
                #expect(
                    !page.replacing("<img src", with: "").replacing("&lt;img src=x", with: "").replacing(
                        "\\u003cimg src=x", with: ""
                    ).contains(word), "\(word)")
            }
            #expect(page.contains("default-src 'none'"))
            for words in [
                "base.yaml:40:7", "libtinfo is required by bash", "root tree", "2.0 s", "345.7 kB", "base.yaml:30:5",
            ] {
                #expect(page.contains(words), "\(words)")
            }
        }
    }

    /// In a real browser: the treemap is drawn, tables sort and search, and a hostile image runs nothing.
    @Test(.enabled(if: browser != nil, "there is no Chromium; \"make setup\" installs it"))
    func aBrowserShowsIt() throws {
        let browser = try #require(Self.browser)
        try ArtefactFixture.with { fixture in
            let act = """
                <script>
                document.querySelector('[data-view="folders"]').click();
                [...document.querySelectorAll('#map button')].find((b) => b.textContent.startsWith('usr/')).click();
                document.querySelector('#packages th button').click();
                const search = document.querySelector('[data-search="packages"]');
                search.value = 'required BASH';
                search.dispatchEvent(new Event('input'));
                </script>
                </body>
                """
            let file = Path.join(fixture.folder, "report.html")
            try File.write(file, try page(in: fixture).replacing("</body>", with: act))
            let options = [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1600",
                "--user-data-dir=\(fixture.folder)/profile",
            ]
            let dom = try Command(browser, options + ["--dump-dom", "file://" + file]).run().check().text
            #expect(dom.contains("data-ready=\"true\""))
            #expect(dom.contains("<title>tiny 1: report</title>"), "a name of the image was run as a script")
            #expect(!dom.contains("<img"))
            #expect(dom.contains("/ \u{203A} usr/"), "a tile leads into its folder")
            #expect(dom.contains("aria-label=\"bin/, 300.0 kB\""))
            #expect(dom.contains("1 of 3"))
            #expect(dom.contains("aria-sort=\"ascending\""))
            let bodyStart = try #require(dom.firstRange(of: "<table id=\"packages\">"))
            let names = dom[bodyStart.lowerBound...].matches(of: /<strong>([a-z]+)<\/strong>/).map {
                String($0.output.1)
            }
            #expect(names == ["bash", "langpack", "libtinfo"])

            let shot = Path.join(fixture.folder, "shot.png")
            try Command(browser, options + ["--screenshot=\(shot)", "file://" + file]).run().check()
            #expect(try File.size(shot) > 20_000)
        }
    }

    @Test func sizesOfFoldersAddUp() throws {
        let entries = [
            "drwxr-xr-x 0/0 0 2026-11-21 10:07 squashfs-root/usr",
            "-rwxr-xr-x 0/0 1000 2026-11-21 10:07 squashfs-root/usr/a",
            "-rwxr-xr-x 0/0 5000 2026-11-21 10:07 squashfs-root/usr/lib/b",
            "lrwxrwxrwx 0/0 7 1970-01-01 00:00 squashfs-root/bin -> usr/bin",
        ].compactMap { RootFileSystem.entry(Substring($0)) }
        let tree = SizeTree.folders(entries, owners: ["/usr/a": "bash"])
        #expect(tree.bytes == 6000)
        #expect(tree.children.map(\.name) == ["usr/"])
        #expect(tree.children[0].children.map(\.name) == ["lib/", "a"])
        #expect(tree.children[0].children[1].note == "from bash")
        let requests = SizeTree.requests(try Example.manifest())
        #expect(requests.children.map(\.name) == ["@core", "supplements (langpacks and bash)", "no package"])
        #expect(requests.bytes == 12_920)
    }

    @Test func aTimelineOfAnotherBuildIsNotShown() throws {
        try Folder.withTemporary { folder in
            let note: JSONValue = [
                "stages": [["name": "ISO", "begin": 0, "milliseconds": 5, "reused": false, "note": ""]],
                "artefacts": [["name": "a.iso", "sha256": "abc"]],
            ]
            try File.write(Path.join(folder, ".a.build.json"), JSON.text(note))
            let artefact = Path.join(folder, "a.iso")
            #expect(Timeline(beside: artefact, baseName: "a", sha256: "abc")?.stages.count == 1)
            #expect(Timeline(beside: artefact, baseName: "a", sha256: "abd") == nil)
            #expect(Timeline(beside: artefact, baseName: "../a", sha256: "abc") == nil)
            #expect(Timeline(beside: artefact, baseName: "b", sha256: "abc") == nil)
        }
    }
}
