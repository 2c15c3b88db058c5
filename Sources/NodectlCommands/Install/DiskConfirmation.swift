import Disks
import Glibc
import Host

/// Lets a person say once more which disk is meant.
struct DiskConfirmation {
    let disk: Disk
    let text: String

    /// Returns when the disk's name was typed.
    ///
    /// - Throws: when something else was, or nobody is there
    func ask() throws {
        let name = Path.name(disk.path)
        guard isatty(0) == 1 else {
            throw Failure(
                .invalidInput, "nobody is there who could confirm this", hint: "add --yes",
                details: text.split(separator: "\n").map(String.init))
        }
        try File.append(
            Array((text + "Type the name of the disk (\(name)) to go on: ").utf8), to: 2, named: "standard error")
        let answer = readLine() ?? ""
        guard answer == name || answer == disk.path else {
            throw Failure(.nothingToDo, "nothing was changed: \"\(answer)\" is not \"\(name)\"")
        }
    }
}
