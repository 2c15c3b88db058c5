/// The script that iPXE gets first from a server of a PXE folder: it knows the folder's address, which older versions of
/// iPXE cannot find out by themselves.
public enum IPXEStart {
    /// Its name on the server.
    public static let name = "start.ipxe"

    /// Its text.
    ///
    /// - Parameter web: the address of the folder, without a slash at its end
    public static func text(web: String) -> String { "#!ipxe\nset base \(web)/\nchain ${base}boot.ipxe\n" }
}
