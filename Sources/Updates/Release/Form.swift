import Document
import Host

/// The number that a file of a release gives its own form.
enum Form {
    /// The form, once it is one that is known here.
    ///
    /// - Throws: `.incompatible` for a later one; the mistake in `found` when there is none
    static func check(_ form: Int?, newest: Int, file: String, _ found: Diagnostics) throws -> Int {
        try found.throwFirst()
        guard let form else { throw Failure(.internalError, "\(file): reading ended without a result") }
        guard form <= newest else {
            throw Failure(
                .incompatible, "\(file) has form \(form), but this program reads none above \(newest)",
                hint: "upgrade to a release between the running one and this one first")
        }
        return form
    }
}
