/// Why a package is installed.
public enum PackageReason: Sendable, Hashable, CustomStringConvertible {
    /// A request of the recipe names it, or a group that it names has it.
    case request(String)
    /// The package of this name requires it.
    case dependency(of: String)
    /// The package of this name recommends it.
    case recommendation(of: String)
    /// It wants to be there when this is.
    case supplement(of: String)

    /// The kind, as it is written in a lock.
    public var kind: String {
        switch self {
        case .request: "requested"
        case .dependency: "required-by"
        case .recommendation: "recommended-by"
        case .supplement: "supplements"
        }
    }

    /// Who or what is behind it.
    public var subject: String {
        switch self {
        case .request(let text), .dependency(let text), .recommendation(let text), .supplement(let text): text
        }
    }

    /// Reads back what `kind` and `subject` gave.
    public init?(kind: String, subject: String) {
        switch kind {
        case "requested": self = .request(subject)
        case "required-by": self = .dependency(of: subject)
        case "recommended-by": self = .recommendation(of: subject)
        case "supplements": self = .supplement(of: subject)
        default: return nil
        }
    }

    /// `required by bash`
    public var description: String {
        switch self {
        case .request(let text): "requested as \(text)"
        case .dependency(let name): "required by \(name)"
        case .recommendation(let name): "recommended by \(name)"
        case .supplement(let text): "supplements \(text)"
        }
    }
}
