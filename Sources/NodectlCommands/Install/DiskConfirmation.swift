import Disks
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
        let answer = try Question.ask(
            text + "Type the name of the disk (\(name)) to go on: ",
            nobody: Failure(
                .invalidInput, "nobody is there who could confirm this", hint: "add --yes",
                details: text.split(separator: "\n").map(String.init)))
        guard answer == name || answer == disk.path else {
            throw Failure(.nothingToDo, "nothing was changed: \"\(answer)\" is not \"\(name)\"")
        }
    }
}
