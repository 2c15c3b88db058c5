/// A kind of artefact, as `--format` names it.
public enum ArtefactFormat: String, Sendable, CaseIterable {
    /// The hybrid ISO: a CD, and a stick when it is written to one.
    case iso
    /// A stick with a state partition that grows to the end of the stick.
    case usb
    /// A raw disk with two slots.
    case disk
    /// The same disk for virtual machines.
    case qcow2
    /// A folder to start from over the network.
    case pxe
    /// A folder that slots are upgraded from.
    case update

    /// The formats of a list like `iso,disk`, without repetitions, in the order of the cases.
    ///
    /// - Returns: nil when a name is unknown or the list is empty
    public static func list(_ text: String) -> [ArtefactFormat]? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ ArtefactFormat(rawValue: $0) != nil }) else { return nil }
        return allCases.filter { names.contains($0.rawValue) }
    }

    /// Who makes it.
    var maker: any ArtefactMaker {
        switch self {
        case .iso: ISOMaker()
        case .usb: DiskMaker(kind: .usb)
        case .disk: DiskMaker(kind: .raw)
        case .qcow2: DiskMaker(kind: .qcow2)
        case .pxe: PXEMaker()
        case .update: UpdateMaker()
        }
    }
}
