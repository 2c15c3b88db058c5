public import Document

/// A recipe with its includes merged, its variables replaced and everything that can be checked without building checked.
///
/// Paths in it are absolute.
public struct ResolvedRecipe: Sendable {
    /// The recipe file, as it was named.
    public var file: String
    /// Every file that was read: the recipe, its includes, its repository sets.
    public var files: [String]
    /// The product's name: lower-case letters, digits, `.`, `_`, `-`; begins the names of all artefacts.
    public var name: String
    /// The product's version.
    public var version: String
    /// The RPM architecture: `x86_64` or `aarch64`.
    public var arch: String
    /// The release of the distribution, `${release}` in repository addresses; empty when nothing says it.
    public var release: String
    /// `VARIANT_ID` of the image (os-release(5)): `nodewright`, `ovirt-node`.
    public var variant: String
    /// Where packages come from, disabled repositories left out.
    public var repositories: [Repository]
    /// What is asked for and what is excluded, in the order of the recipe.
    public var packages: [PackageRequest]
    /// Whether recommended packages are installed, too.
    public var weakDependencies: Bool
    /// The trees that are copied over the root, later ones winning.
    public var overlays: [Overlay]
    /// Accounts to make or to change.
    public var users: [User]
    /// Which units are enabled, disabled and masked.
    public var services: Services
    /// Arguments of the kernel command line, in order.
    public var kernelArguments: [Located<String>]
    /// What is removed to make the image small.
    public var trim: Trim
    /// Programs that are run in the tree, in order, without network.
    public var scripts: [Script]
    /// How artefacts are made.
    public var image: Image
    /// The variables and their values, built-in ones included.
    public var variables: [String: String]
    /// What is probably not meant, but stops nothing.
    public var warnings: [Diagnostic]
}
