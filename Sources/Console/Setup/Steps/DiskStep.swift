import Disks
import Node

/// The disk to install to, with what is on each.
struct DiskStep: SetupStep {
    let name = "disk"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page? {
        guard draft.installs(on: machine) else { return nil }
        let disks = try machine.disks().sorted { Self.isFree($0) && !Self.isFree($1) }
        var page = Page(name, "Disk", actions: [.next, Page.Action("rescan", "Look again"), .back])
        guard !disks.isEmpty else {
            page.actions = [Page.Action("rescan", "Look again"), .back]
            page.text = ["This machine has no disk that this system knows. Attach one, or go back and run live."]
            return page
        }
        let choices = disks.map { disk in
            Field.Choice(disk.path, "\(disk.title): \(Self.isFree(disk) ? disk.summary : Self.reason(disk))")
        }
        page.text = ["Everything on the disk is lost, unless it holds a node whose state you keep."]
        page.fields = [.choice("disk", "Install to", choices, draft.disk ?? "")]
        if disks.contains(where: \.isNode) {
            page.fields.append(.toggle("keep-state", "Keep the state of the node that is on it", draft.keepsState))
        }
        page.help = [
            "Serial numbers and all partitions: nodectl install --list. Disks in use, and the one that this system was "
                + "started from, cannot be chosen.",
            "What is asked about twice: guests' data and storage domains must be given up by name.",
        ]
        return page
    }

    private static func isFree(_ disk: Disk) -> Bool { disk.uses.isEmpty && !disk.isBootMedium && !disk.isReadOnly }

    private static func reason(_ disk: Disk) -> String {
        disk.isBootMedium ? "this system was started from it" : disk.isReadOnly ? "read-only" : "in use"
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        if answer.action == "rescan" { return .again }
        guard let disk = try context.machine.disks().first(where: { $0.path == answer["disk"] }) else {
            return .refuse(Complaint("\"\(answer["disk"])\" is gone", field: "disk"))
        }
        var wanted = draft
        wanted.disk = disk.path
        wanted.keepsState = answer["keep-state"] == "yes" && disk.isNode
        // What is on it is asked about on the next page; here it must only be possible at all.
        wanted.destroyed = Set(disk.protectedNames)
        wanted.wiped = disk.confirmation(keepsState: wanted.keepsState)
        _ = try context.machine.plan(wanted)
        wanted.wiped = draft.wiped
        wanted.destroyed = draft.disk == disk.path ? draft.destroyed : []
        draft = wanted
        return .next
    }
}
