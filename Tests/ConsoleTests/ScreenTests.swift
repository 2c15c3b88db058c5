import Glibc
import Host
import TestSupport
import Testing

/// The pages on a real terminal, key by key.
@Suite(.enabled(if: TerminalUnderTest.isInstalled, "tmux is not installed"))
struct ScreenTests {
    private static let folder = Path.normalized(Path.join(Path.parent(#filePath), "../Golden/screens"))

    /// Compares a screen with the recorded one; `NODEWRIGHT_RECORD=1` records it.
    private func expect(_ screen: String, is name: String) throws {
        let file = Path.join(Self.folder, name + ".txt")
        if Environment.variable("NODEWRIGHT_RECORD") == "1" {
            try Folder.create(Path.parent(file))
            try File.write(file, screen)
            Issue.record("recorded \(name)")
            return
        }
        let recorded = (try? File.readText(file)) ?? "(not recorded)"
        #expect(screen == recorded, "\(name)")
    }

    /// The whole first setup, with the keys that it takes; each page is compared.
    @Test(arguments: [(80, 24), (132, 43)])
    func everyPage(_ columns: Int, _ rows: Int) throws {
        let size = "\(columns)x\(rows)"
        try TerminalUnderTest.with(columns: columns, rows: rows, ["setup", "newt"]) { terminal in
            var keys = 0
            func page(_ title: String, _ name: String, typing texts: String..., then key: String = "Enter") throws {
                try expect(terminal.wait(for: "┤ \(title) ├"), is: "\(size)/\(name)")
                for (index, text) in texts.enumerated() {
                    if index > 0 {
                        try terminal.press("Tab")
                        keys += 1
                    }
                    try terminal.type(text)
                }
                try terminal.press(key)
                keys += 1
            }
            try page("Keyboard and language", "language")
            try page("Install, or run from this medium", "purpose")
            try page("Disk", "disk")
            try page("Host name", "hostname", typing: "node1.example.org")
            try page("Network", "network")
            try page("Test the network", "network-test")
            try page("Keep this network?", "network-keep")
            try page("Administrator", "access", typing: "correct horse", "correct horse")
            try page("oVirt Engine", "engine", typing: "engine.example.org")
            try page("Is this the engine?", "fingerprint")
            try page("Summary", "summary", then: "F12")
            try page("Done", "done")
            let end = try terminal.wait(for: "STATUS")
            #expect(end.contains("network, keep, install /dev/vda"))
            #expect(keys <= 25, "\(keys) keys beside the text")
        }
    }

    @Test(arguments: [(80, 24), (132, 43)])
    func everyOtherPage(_ columns: Int, _ rows: Int) throws {
        let size = "\(columns)x\(rows)"
        try TerminalUnderTest.with(columns: columns, rows: rows, ["setup", "newt"]) { terminal in
            try terminal.wait(for: "┤ Keyboard")
            try terminal.press("F1")
            try expect(terminal.wait(for: "in force as soon"), is: "\(size)/help")
            try terminal.press("Enter")
            try terminal.wait(for: "<Next>")
            try terminal.press("Enter")
            try terminal.wait(for: "┤ Install")
            try terminal.press("Down", "Enter")
            try terminal.wait(for: "┤ Host name")
            try terminal.type("not_a_name")
            try terminal.press("Enter")
            try expect(terminal.wait(for: "Host name: "), is: "\(size)/complaint")
            try terminal.press("BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "Enter")
            try terminal.wait(for: "┤ Network ├")
            // Down to fixed addresses, then to everything above the card.
            try terminal.press("Tab", "Down", "Tab", "Space", "Enter")
            try expect(terminal.wait(for: "┤ VLAN, bond, bridge ├"), is: "\(size)/interface")
            try terminal.type("eno2")
            try terminal.press("Enter")
            try expect(terminal.wait(for: "┤ Fixed addresses ├"), is: "\(size)/addresses")
        }
        try TerminalUnderTest.with(columns: columns, rows: rows, ["menu", "newt"]) { terminal in
            try expect(terminal.wait(for: "┤ Menu ├"), is: "\(size)/menu")
            for _ in 0..<12 { try terminal.press("Down") }
            try terminal.press("Enter")
            try expect(terminal.wait(for: "2 guests run"), is: "\(size)/restart")
            try terminal.press("Escape")
            try terminal.wait(for: "┤ Menu ├")
            try terminal.press("Up", "Up", "Up", "Enter")
            try expect(terminal.wait(for: "How bad"), is: "\(size)/logs")
        }
    }

    /// The same page whatever the terminal calls itself, and without line drawing where the locale has no UTF-8.
    @Test(arguments: ["linux", "vt100", "vt220", "xterm", "xterm-256color"], ["C.UTF-8", "C"])
    func onEveryTerminal(_ term: String, _ locale: String) throws {
        try TerminalUnderTest.with(term: term, locale: locale, ["setup", "newt"]) { terminal in
            try terminal.wait(for: "Keyboard and language")
            try terminal.press("Enter")
            let screen = try terminal.wait(for: "Install, or run from this medium")
            #expect(screen.contains("Enter: go on") && screen.contains("Install to a disk"), "\(screen)")
            try terminal.press("Down", "Enter")
            try terminal.wait(for: "Host name")
            try terminal.type("node1.example.org")
            try terminal.press("Enter")
            try terminal.wait(for: "Management network")
            try terminal.press("Escape")
            #expect(try terminal.wait(for: "Host name").contains("node1.example.org"))
        }
    }

    /// Nothing that was filled in is lost, whatever happens to the terminal.
    @Test func resizedAndSmall() throws {
        try TerminalUnderTest.with(["setup", "newt"]) { terminal in
            try terminal.wait(for: "┤ Keyboard")
            try terminal.press("Enter")
            try terminal.wait(for: "┤ Install")
            try terminal.press("Down", "Enter")
            try terminal.wait(for: "┤ Host name")
            try terminal.type("node7.example.org")
            try terminal.resize(columns: 40, rows: 10)
            try expect(terminal.wait(for: "node7.example.org"), is: "40x10/hostname")
            try terminal.press("Enter")
            try expect(terminal.wait(for: "Management network"), is: "40x10/network")
            try terminal.resize(columns: 80, rows: 24)
            try terminal.wait(for: "Time servers")
            try terminal.press("Escape")
            #expect(try terminal.wait(for: "┤ Host name").contains("node7.example.org"))
        }
    }

    /// A console that is killed goes on where it was, with what was filled in; one page after the other.
    @Test func killedAtEveryPage() throws {
        try Folder.withTemporary { folder in
            let journal = Path.join(folder, "journal.json")
            let titles = [
                "Keyboard and language", "Install, or run", "Disk", "Host name", "Network", "Test the network",
                "Keep this network?",
            ]
            for (index, title) in titles.enumerated() {
                try TerminalUnderTest.with(["setup", "newt", journal]) { terminal in
                    // A network that was tested and not kept is tested anew.
                    try terminal.wait(for: "┤ " + (index == 6 ? titles[5] : title))
                    if index == 6 {
                        try terminal.press("Enter")
                        try terminal.wait(for: "┤ " + title)
                        kill(try terminal.processID(), SIGKILL)
                        return
                    }
                    if title == "Host name" { try terminal.type("node9") }
                    try terminal.press("Enter")
                    let next = titles[index + 1]
                    try terminal.wait(for: "┤ " + next)
                    kill(try terminal.processID(), SIGKILL)
                    try terminal.wait(for: "STATUS 137")
                }
            }
            #expect(try File.readText(journal).contains("node9"))
        }
    }

    /// The same steps without a cursor that could be placed.
    @Test func lineByLine() throws {
        try TerminalUnderTest.with(rows: 250, term: "dumb", ["setup", "plain"]) { terminal in
            func answer(_ prompt: String, _ texts: String...) throws {
                try terminal.wait(for: prompt)
                for text in texts {
                    try terminal.type(text)
                    try terminal.press("Enter")
                }
            }
            try answer("Keyboard (", "", "")
            try answer("What shall happen?", "7", "1")
            try answer("Install to:", "1")
            try answer("Host name (", "not_a_name", "?", "node1.example.org")
            try answer("Management network:", "1", "1", "no", "", "")
            try answer("3 Back", "")
            try answer("2 Go back", "")
            try answer("Password of root", "correct horse", "correct horse", "", "")
            try answer("Engine (", "engine.example.org")
            try answer("Or enter it", "")
            try answer("1 It is the right one", "")
            try answer("2 Take along", "1")
            // There is no way back from what has been done.
            try answer("2 Stay here", "<", "2")
            let end = try terminal.wait(for: "STATUS 0")
            #expect(end.contains("network, keep, install /dev/vda"))
            #expect(!end.contains("correct horse"))
            #expect(end.contains("is none of the possibilities"))
        }
    }

    @Test func ctrlCLeaves() throws {
        try TerminalUnderTest.with(["setup", "newt"]) { terminal in
            try terminal.wait(for: "┤ Keyboard")
            try terminal.press("C-c")
            #expect(try terminal.wait(for: "STATUS").contains("left: interrupted"))
        }
    }

    /// Keys that no page knows, and what a broken line sends, change nothing.
    @Test func noiseIsIgnored() throws {
        try TerminalUnderTest.with(["setup", "newt"]) { terminal in
            try terminal.wait(for: "┤ Keyboard")
            try terminal.press("F5", "PPage", "NPage", "M-x", "C-a", "C-\\", "C-z", "F9")
            try terminal.type("\u{1}\u{2}")
            try terminal.press("Enter")
            try terminal.wait(for: "┤ Install")
        }
    }
}
