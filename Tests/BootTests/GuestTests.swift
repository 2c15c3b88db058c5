import Host
import Testing

/// What a hypervisor is for: libvirt of the image starts a guest, and the guest runs.
@Suite(
    .serialized,
    .enabled(if: BootedImage.iso != nil, "NODEWRIGHT_TEST_ISO names no image; \"make check\" builds one and sets it"))
struct GuestTests {
    /// Through /dev/kvm, with the virtualisation that the emulated processor has (nested SVM).
    @Test func accelerated() throws {
        let answers = try answers(.init(type: "kvm", greeting: "HELLO-FROM-A-KVM-GUEST"))
        #expect(answers["device"] == "/dev/kvm")
        #expect(answers["modules"]?.contains("kvm_amd") == true)
        #expect(answers["guest"]?.contains("HELLO-FROM-A-KVM-GUEST") == true, "\(answers["guest"] ?? "no answer")")
    }

    @Test(.enabled(if: Environment.variable("NODEWRIGHT_FULL") == "1", "runs in \"make check-full\""))
    func emulated() throws {
        let answers = try answers(.init(type: "qemu", greeting: "HELLO-FROM-AN-EMULATED-GUEST"))
        #expect(
            answers["guest"]?.contains("HELLO-FROM-AN-EMULATED-GUEST") == true, "\(answers["guest"] ?? "no answer")")
    }

    private func answers(_ guest: TinyGuest) throws -> [String: String] {
        let image = try BootedImage(
            ["--as", "cd"],
            questions: [
                "running": "systemctl is-system-running --wait", "device": "ls /dev/kvm", "modules": "lsmod",
                "guest": guest.script(timeout: 600),
            ], timeout: 1500)
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        #expect(image.answers["running"] == "running")
        print("guest of type \(guest.type): \(image.answers["guest"] ?? "")")
        return image.answers
    }
}
