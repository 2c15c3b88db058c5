import Disks
import Host
import Node

/// Lets somebody type the name of a disk that is not empty, and of each guests' data on it.
struct WipeStep: SetupStep {
    let name = "wipe"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page? {
        guard draft.installs(on: machine), let disk = try Self.disk(draft, machine) else { return nil }
        if draft.hasConfirmed(disk) { return nil }
        var page = Page(name, "The disk is not empty")
        page.text = ["\(disk.title) holds: \(disk.summary)."]
        if draft.keepsState {
            page.text.append("Its state partition is kept; everything else is replaced.")
        } else if disk.protectedNames.isEmpty {
            page.text.append("All of it is lost.")
        } else {
            page.text.append(
                "All of it is lost, guests' data or storage domains with it: "
                    + disk.protectedNames.joined(separator: ", ") + ".")
        }
        page.fields = [
            .text("name", "Name of the disk", limit: 128).hinting("type \(Path.name(disk.path)) to go on").confirming
        ]
        if !disk.protectedNames.isEmpty, !draft.keepsState {
            page.fields.append(.text("destroy", "Data to give up", limit: 1024).hinting("the names above").confirming)
        }
        page.help = ["Nothing is written before the summary is confirmed."]
        return page
    }

    static func disk(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Disk? {
        try draft.disk.flatMap { path in try machine.disks().first { $0.path == path } }
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        guard let disk = try Self.disk(draft, context.machine) else { return .back }
        let typed = answer["name"]
        guard typed == Path.name(disk.path) || typed == disk.path else {
            return .refuse(
                Complaint("\"\(typed)\" is not \(Path.name(disk.path)): nothing was changed", field: "name"))
        }
        if !draft.keepsState {
            let given = Set(answer["destroy"].split(separator: ",").map { PageAnswer.trimmed(String($0)) })
            let kept = disk.protectedNames.filter { !given.contains($0) }
            guard kept.isEmpty else {
                return .refuse(
                    Complaint(
                        "not given up: " + kept.joined(separator: ", ") + " (type the names, with commas between them)",
                        field: "destroy"))
            }
            draft.destroyed = Set(disk.protectedNames)
        }
        draft.wiped = disk.confirmation(keepsState: draft.keepsState)
        return .next
    }
}

extension SetupDraft {
    /// Whether nothing is on a disk, or somebody has confirmed what becomes of that.
    func hasConfirmed(_ disk: Disk) -> Bool {
        [.empty, .unfinished].contains(disk.content) || wiped == disk.confirmation(keepsState: keepsState)
    }
}

extension Disk {
    /// What somebody has confirmed: this disk, with what is on it, and what becomes of that.
    func confirmation(keepsState: Bool) -> String {
        [path, wwn ?? "", serial ?? "", "\(size)", tableIdentifier ?? "", summary, keepsState ? "kept" : "lost"]
            .joined(separator: "|")
    }
}
