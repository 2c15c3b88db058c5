import Console
import ConsoleSupport
import Glibc
import Host
import NodeConfig

// console-rehearsal setup|menu newt|plain JOURNAL: what a console shows, on a machine that is none; says at the end what was
// done to it.
let arguments = CommandLine.arguments
let machine = FakeMachine()
func show(_ presenter: any Presenter) throws -> String {
    guard arguments[1] == "setup" else {
        let menu = NodeMenu(
            machine, draft: { SetupDraft(NodeConfiguration(), installs: false) }, guests: { 2 }, allowsShell: true)
        return "\(try menu.run(presenter))"
    }
    var known = NodeConfiguration()
    known.time.ntpServers = [HostAddress("ntp.example.org")].compactMap(\.self)
    var setup = Setup(
        SetupDraft(known, origins: ["time.ntp-servers": "kernel command line"], installs: true), machine,
        journal: arguments.count > 3 ? SetupJournal(file: arguments[3]) : nil)
    return "\(try setup.run(presenter))"
}
do {
    let isPlain = arguments[2] == "plain"
    guard
        let presenter: any Presenter = isPlain
            ? PlainPresenter(idle: 60) : NewtPresenter(headline: "Nodewright", idle: 60)
    else {
        print("no newt on this terminal")
        exit(2)
    }
    let end = try show(presenter)
    (presenter as? NewtPresenter)?.stop()
    print("ended: \(end); done: \(machine.deeds.joined(separator: ", "))")
} catch {
    print("left: \(error)")
    exit(1)
}
