import Console
import ConsoleSupport
import Document
import Host
import Node
import NodeConfig
import TestSupport
import Testing

@testable import Disks

/// The wizard's way through its pages, played from recordings.
@Suite struct SetupTests {
    /// What a run has come to.
    private struct Run {
        let outcome: Setup.Outcome
        let configuration: NodeConfiguration
        let deeds: [String]
        let pages: [String]
    }

    private func run(
        _ answers: String, on machine: FakeMachine = FakeMachine(), _ draft: SetupDraft? = nil
    ) throws -> Run {
        var setup = Setup(draft ?? SetupDraft(NodeConfiguration(), installs: machine.canInstall), machine)
        var said: [String] = []
        let recorded = try RecordedPresenter(YAML.parse(answers, file: "answers")) { said.append($0) }
        let outcome = try setup.run(recorded)
        #expect(recorded.unused == [])
        let pages = said.filter { $0.hasPrefix("page ") }.compactMap {
            $0.dropFirst(5).split(separator: ":").first.map(String.init)
        }
        return Run(outcome: outcome, configuration: setup.draft.configuration, deeds: machine.deeds, pages: pages)
    }

    private static let whole = """
        - {page: disk, disk: /dev/vda}
        - {page: hostname, hostname: node1.example.org}
        - {page: network, card: eno1}
        - {page: access, password: correct horse, again: correct horse}
        - {page: engine, address: engine.example.org}
        """

    @Test func installsWithFewKeys() throws {
        let run = try run(Self.whole)
        #expect(run.outcome == .installed(restarts: true))
        #expect(run.deeds == ["network", "keep", "install /dev/vda"])
        #expect(run.configuration.hostname?.text == "node1.example.org")
        #expect(run.configuration.network.management == "eno1")
        #expect(run.configuration.administrator.passwordHash != nil)
        #expect(run.configuration.engine.fingerprint == CertificateFingerprint(FakeMachine.engine.sha256))
        // One Enter for each page and a Tab between the two passwords: 25 is the budget.
        #expect(run.pages.count + 1 <= 25, "\(run.pages)")
    }

    @Test func configuresARunningSystem() throws {
        let answers = """
            - {page: purpose, purpose: live}
            - {page: hostname, hostname: live1}
            - {page: network, card: eno1}
            - {page: access, key: "https://keys.example.org/me"}
            """
        let run = try run(answers)
        #expect(run.outcome == .configured)
        #expect(run.deeds == ["network", "keep", "apply"])
        #expect(run.configuration.ssh.keys == ["ssh-ed25519 \(FakeMachine.key) from-url"])
        #expect(!run.pages.contains("disk"))
    }

    @Test func everythingAboveACard() throws {
        let answers = """
            - {page: purpose, purpose: live}
            - {page: network, card: eno1, addressing: static, more: yes, dns: "192.0.2.53, 2001:db8::53", ntp: ntp.example.org}
            - {page: interface, members: eno2 eno3, bond-mode: 802.3ad, vlan: 42, bridge: br0}
            - {page: addresses, address4: 192.0.2.10/24, gateway4: 192.0.2.1, address6: 2001:db8::10/64, gateway6: 2001:db8::1}
            - {page: access, password: correct horse, again: correct horse}
            """
        let network = try run(answers).configuration.network
        #expect(network.interfaces.map(\.name) == ["eno1", "eno2", "eno3", "bond0", "vlan42", "br0"])
        #expect(network["bond0"]?.bond?.members == ["eno1", "eno2", "eno3"])
        #expect(network["bond0"]?.bond?.mode == .lacp || "\(network["bond0"]?.bond?.mode as Any)".contains("802"))
        #expect(network["vlan42"]?.vlan == VLANSettings(id: 42, parent: "bond0"))
        #expect(network["br0"]?.bridge?.ports == ["vlan42"])
        #expect(network["br0"]?.ipv4?.addresses.map(\.description) == ["192.0.2.10/24"])
        #expect(network["br0"]?.ipv6?.gateway?.description == "2001:db8::1")
        #expect(network.management == "br0")
    }

    /// What is not taken, and the word of the message that says why.
    @Test(arguments: [
        ("- {page: hostname, hostname: node_1}", "hostname"),
        ("- {page: disk, disk: /dev/sda}", "started from"),
        ("- {page: access, password: short, again: short}", "at least 8"),
        ("- {page: access, password: correct horse, again: other horse}", "differ"),
        ("- {page: access, password: Password123, again: Password123}", "first that are tried"),
        ("- {page: access, key: ssh-dss AAAA}", "key"),
        ("- {page: engine, address: nowhere.example.org}", "no host of this name"),
        ("- {page: network, card: eno1, dns: here}", "dns"),
        ("- {page: nothing, hostname: a}", "was not shown"),
        ("- {page: hostname, name: a}", "has no field"),
        ("- {page: hostname, action: jump}", "has no action"),
        ("- {page: network, card: eno9}", "is none of"),
    ])
    func refuses(_ answer: String, _ words: String) throws {
        let order = ["disk", "hostname", "network", "access", "engine"]
        let page = answer.split(separator: ",").first?.split(separator: " ").last.map(String.init) ?? ""
        // What comes before that page is filled in as it should be.
        let before = Self.whole.split(separator: "\n").filter { line in
            guard let own = order.firstIndex(of: page) else { return true }
            return order[..<own].contains { line.contains("page: \($0),") }
        }
        let machine = FakeMachine()
        do {
            var setup = Setup(SetupDraft(NodeConfiguration(), installs: true), machine)
            let text = (before.map(String.init) + [answer]).joined(separator: "\n")
            let recorded = try RecordedPresenter(YAML.parse(text, file: "answers")) { _ in }
            _ = try setup.run(recorded)
            #expect(recorded.unused.joined().contains(words))
        } catch let failure as Failure {
            #expect(failure.description.contains(words), "\(failure)")
        }
        #expect(!machine.deeds.contains { $0.hasPrefix("install") } || page == "nothing")
    }

    @Test func aNetworkThatDoesNotWorkIsNotLeftSilently() throws {
        let machine = FakeMachine()
        machine.networkWorks = false
        #expect(throws: Failure.self) { try run(Self.whole, on: machine) }
        #expect(machine.deeds == ["network"])
        // Somebody may know better.
        machine.deeds = []
        let skipping = Self.whole.replacing(
            "- {page: access", with: "- {page: network-test}\n- {page: network-test, action: skip}\n- {page: access")
        #expect(try run(skipping, on: machine).deeds == ["network", "install /dev/vda"])
    }

    @Test func aNetworkThatIsNotKeptIsAskedForAgain() throws {
        let answers = Self.whole.replacing(
            "- {page: access",
            with: "- {page: network-keep, action: revert}\n- {page: network, card: eno2}\n- {page: access")
        let run = try run(answers)
        #expect(run.deeds == ["network", "revert", "network", "keep", "install /dev/vda"])
        #expect(run.configuration.network.management == "eno2")
    }

    @Test func theConfigurationIsTakenAlong() throws {
        let answers =
            Self.whole + """

                - {page: summary, action: take}
                - {page: take-along, action: code}
                - {page: take-along, action: save}
                """
        #expect(
            try run(answers).deeds == [
                "network", "keep", "save nodewright-node.yaml nodewright-cmdline.txt", "install /dev/vda",
            ])
    }

    @Test func goingBackKeepsWhatWasFilledIn() throws {
        let answers = """
            - {page: disk, disk: /dev/vda}
            - {page: hostname, hostname: node1.example.org}
            - {page: network, card: eno2, dns: 192.0.2.53, action: back}
            - {page: hostname}
            - {page: network}
            - {page: access, password: correct horse, again: correct horse}
            """
        let run = try run(answers)
        #expect(run.configuration.hostname?.text == "node1.example.org")
        #expect(run.configuration.network.management == "eno2")
        #expect(run.configuration.dns.servers.map(\.description) == ["192.0.2.53"])
    }

    @Test func whatIsKnownIsFilledInAndMarked() throws {
        var known = NodeConfiguration()
        known.hostname = Hostname("known.example.org")
        let machine = FakeMachine()
        let draft = SetupDraft(known, origins: ["hostname": "kernel command line"], installs: true)
        var setup = Setup(draft, machine)
        let watching = WatchingPresenter(until: "hostname")
        #expect(throws: PresenterEnd.self) { _ = try setup.run(watching) }
        #expect(watching.last?["hostname"]?.value == "known.example.org")
        #expect(watching.last?["hostname"]?.origin == "kernel command line")
    }

    /// Somebody has configured the node meanwhile: what was half decided before counts no more.
    @Test func aJournalOfAnotherConfigurationIsIgnored() throws {
        try Folder.withTemporary { folder in
            let journal = SetupJournal(file: Path.join(folder, "journal.json"))
            let machine = FakeMachine()
            var first = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let left = WatchingPresenter(until: "access", values: ["hostname": ["hostname": "old.example.org"]])
            #expect(throws: PresenterEnd.self) { _ = try first.run(left) }
            var other = NodeConfiguration()
            other.hostname = Hostname("new.example.org")
            var second = Setup(SetupDraft(other, installs: true), machine, journal: journal)
            let watching = WatchingPresenter(until: "hostname")
            #expect(throws: PresenterEnd.self) { _ = try second.run(watching) }
            #expect(watching.last?["hostname"]?.value == "new.example.org")
        }
    }

    /// Only where a page offers it: going back from the end would install again.
    @Test func backIsRefusedWhereNoPageOffersIt() throws {
        #expect(throws: Failure.self) { try run(Self.whole + "\n- {page: done, action: back}") }
    }

    @Test func goesOnWhereItWasKilled() throws {
        try Folder.withTemporary { folder in
            let journal = SetupJournal(file: Path.join(folder, "run/journal.json"))
            let machine = FakeMachine()
            var first = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let watching = WatchingPresenter(
                until: "access", values: ["hostname": ["hostname": "kept.example.org"], "disk": ["disk": "/dev/vda"]])
            #expect(throws: PresenterEnd.self) { _ = try first.run(watching) }

            let mode = try File.read(Path.join(folder, "run/journal.json"))
            #expect(!String(decoding: mode, as: UTF8.self).contains("correct horse"))
            var second = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let recorded = try RecordedPresenter(
                YAML.parse("- {page: access, password: correct horse, again: correct horse}", file: "answers")
            ) { _ in }
            #expect(try second.run(recorded) == .installed(restarts: true))
            #expect(second.draft.configuration.hostname?.text == "kept.example.org")
            #expect(machine.deeds.contains("install /dev/vda"))
            #expect(!File.exists(Path.join(folder, "run/journal.json")))
        }
    }

    /// A disk that is used is wiped only when its own name was typed; what was typed counts for what is on it now.
    @Test func aUsedDiskIsConfirmedByName() throws {
        let machine = FakeMachine()
        machine.parts = [Self.part("old")]
        let wrong = Self.whole.replacing("- {page: hostname", with: "- {page: wipe, name: vdb}\n- {page: hostname")
        #expect(throws: Failure.self) { try run(wrong, on: machine) }
        #expect(machine.deeds.isEmpty)
        #expect(try run(wrong.replacing("vdb", with: "vda"), on: machine).deeds.last == "install /dev/vda")

        // Somebody has changed the disk after it was confirmed: it is asked about again.
        try Folder.withTemporary { folder in
            let journal = SetupJournal(file: Path.join(folder, "journal.json"))
            var first = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let values = ["wipe": ["name": "vda"], "disk": ["disk": "/dev/vda"]]
            #expect(throws: PresenterEnd.self) { try first.run(WatchingPresenter(until: "hostname", values: values)) }
            #expect(first.draft.wiped != nil)
            machine.parts = [Self.part("new")]
            var second = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let watching = WatchingPresenter(until: "nothing", back: "hostname")
            #expect(throws: Failure.self) { try second.run(watching) }
            #expect(watching.last?.name == "wipe")
            // And what was typed is not filled in again.
            #expect(watching.last?["name"]?.value == "")
        }
    }

    private static func part(_ label: String) -> DiskPart {
        DiskPart(partition: nil, fileSystem: FileSystem(type: "ext4", label: label, identifier: nil, version: nil))
    }

    /// Guests' data goes only when it was given up by its name.
    @Test func guestsDataIsGivenUpByName() throws {
        let machine = FakeMachine()
        machine.parts = [
            DiskPart(
                partition: nil, fileSystem: FileSystem(type: "VMFS", label: "guests", identifier: nil, version: nil))
        ]
        let answers = Self.whole.replacing("- {page: hostname", with: "- {page: wipe, name: vda%}\n- {page: hostname")
        #expect(throws: Failure.self) { try run(answers.replacing("%", with: ""), on: machine) }
        #expect(machine.deeds.isEmpty)
        _ = try run(answers.replacing("%", with: ", destroy: guests"), on: machine)
        #expect(machine.deeds.last == "install /dev/vda")
    }

    /// The engine's authority is not kept: it is asked anew.
    @Test func aRunThatWasCutOffAtTheFingerprintAsksTheEngineAgain() throws {
        try Folder.withTemporary { folder in
            let journal = SetupJournal(file: Path.join(folder, "journal.json"))
            let machine = FakeMachine()
            let values = [
                "hostname": ["hostname": "a.example.org"], "disk": ["disk": "/dev/vda"],
                "access": ["password": "correct horse", "again": "correct horse"],
                "engine": ["address": "engine.example.org"],
            ]
            var first = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            #expect(throws: PresenterEnd.self) {
                try first.run(WatchingPresenter(until: "fingerprint", values: values))
            }
            var second = Setup(SetupDraft(NodeConfiguration(), installs: true), machine, journal: journal)
            let watching = WatchingPresenter(until: "engine")
            #expect(throws: PresenterEnd.self) { try second.run(watching) }
            #expect(watching.last?["address"]?.value == "engine.example.org")
            #expect(second.draft.configuration.engine.fingerprint == nil)
        }
    }

    /// A network that was given on the command line stays whole, however rich it is, unless somebody chooses another.
    @Test func theNetworkThatWasGivenStays() throws {
        let text = """
            schemaVersion: 1
            network:
              management: bond0
              interfaces:
                - {name: eno1}
                - {name: eno2}
                - {name: bond0, bond: {members: [eno1, eno2]}, ipv4: {method: dhcp}}
                - {name: eno3, ipv4: {method: static, addresses: [198.51.100.7/24]}}
            """
        let known = try NodeConfiguration.read(Array(text.utf8), file: "node.yaml")
        let answers = Self.whole.replacing("card: eno1", with: "card: as-given")
        let run = try run(answers, on: FakeMachine(), SetupDraft(known, installs: true))
        #expect(run.configuration.network == known.network)
        #expect(run.deeds.prefix(2) == ["network", "keep"])
        let other = try self.run(Self.whole, on: FakeMachine(), SetupDraft(known, installs: true))
        #expect(other.configuration.network.interfaces.map(\.name) == ["eno1"])
    }
}

/// Takes what stands there, and leaves at a page.
final class WatchingPresenter: Presenter {
    private let page: String
    private let values: [String: [String: String]]
    private(set) var last: Page?
    private var back: String?

    /// - Parameter back: a page from which it goes back once
    init(until page: String, back: String? = nil, values: [String: [String: String]] = [:]) {
        self.page = page
        self.back = back
        self.values = values
    }

    func ask(_ page: Page) throws -> PageAnswer {
        last = page
        if page.name == self.page { throw PresenterEnd.hangup }
        if let complaint = page.complaint { throw Failure(.invalidInput, complaint.text) }
        if page.name == back {
            back = nil
            return PageAnswer(Page.Action.back.name)
        }
        var answer = PageAnswer(
            page.actions.first?.name ?? "", Dictionary(page.fields.map { ($0.name, $0.value) }) { $1 })
        answer.values.merge(values[page.name] ?? [:]) { $1 }
        return answer
    }

    func show(_ lines: [String]) -> Bool { true }
    let showsBlocks = false

    func work<Value>(_ title: String, _ body: (@escaping ProgressSink) throws -> Value) throws -> Value {
        try body(silent)
    }
}
