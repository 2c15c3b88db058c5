/// What a call hands over.
enum BusArgument {
    /// `s`
    case text(String)
    /// `as`
    case texts([String])
    /// `o`: the path of an object
    case path(String)
    /// `ao`
    case paths([String])
    /// `b`
    case boolean(Bool)
    /// `u`
    case number(UInt32)
}
