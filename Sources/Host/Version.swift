/// The version of both programs; a release changes it here and nowhere else.
public let version = "0.1.0"
