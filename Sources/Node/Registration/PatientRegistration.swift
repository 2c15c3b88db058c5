import Glibc
import Host

/// Registration without a person: what may pass is tried again for a while, anything else ends it.
public struct PatientRegistration {
    /// Seconds between the first two tries.
    static let firstPause = 5.0
    /// The longest pause, in seconds.
    static let longestPause = 120.0

    private let registration: Registration
    private let patience: Double
    private let pause: (Double) -> Void
    /// Whether the kernel's clock is kept right.
    var isClockRight: () -> Bool = KernelClock.isRight
    /// Seconds of a clock that nobody sets.
    var now: () -> Double = monotonicSeconds

    /// - Parameters:
    ///   - patience: for so many seconds it is tried again; the tries themselves count
    ///   - pause: waits so many seconds
    public init(
        _ registration: Registration, patience: Double, pause: @escaping (Double) -> Void = { usleep(UInt32($0 * 1e6)) }
    ) {
        self.registration = registration
        self.patience = patience
        self.pause = pause
    }

    /// Waits until the configuration of this start is complete, which may come from a web server.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - seconds: after so many it is taken as it is
    public static func waitForConfiguration(
        root: String, seconds: Double, pause: (Double) -> Void = { usleep(UInt32($0 * 1e6)) }
    ) {
        var left = seconds
        while left > 0, ConfigurationState.read(root: root)?.phase == .waiting {
            pause(1)
            left -= 1
        }
    }

    /// A system that installs itself does not register: the engine would know a machine id and a host key that are gone soon.
    ///
    /// - Throws: `.nothingToDo` then
    public static func leaveToInstalledNode(root: String) throws {
        let installation = ConfigurationState.read(root: root)?.installation
        guard let installation, [.running, .done].contains(installation.phase) else { return }
        throw Failure(.nothingToDo, "this system installs itself: the installed node registers")
    }

    /// Registers, or says why not.
    ///
    /// - Parameter again: hears why it is tried once more
    /// - Throws: what the last try threw
    @discardableResult
    public func run(again: (String) -> Void) throws -> RegistrationState {
        var next = Self.firstPause
        let deadline = now() + patience
        while true {
            do {
                return try registration.run()
            } catch let failure as Failure where now() < deadline && mayPass(failure) {
                // Hundreds of nodes that start together must not ask together.
                let seconds = min(deadline - now(), next * Double.random(in: 0.5...1.5))
                again("\(failure.message); trying again in \(Int(seconds.rounded(.up))) s")
                pause(seconds)
                next = min(next * 2, Self.longestPause)
            }
        }
    }

    private func mayPass(_ failure: Failure) -> Bool {
        [.network, .busy].contains(failure.status) || failure.isAboutValidity && !isClockRight()
    }
}
