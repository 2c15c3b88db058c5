import Disks

/// The part of the boot menu that chooses the slot and counts: `SlotChoice` in GRUB's language.
///
/// Only what is built into the signed GRUBs of Fedora and Debian is used (no `insmod`, no `increment`, no `eval`), so counting
/// down is a ladder, and what is said of one slot is said of the other in the same words.
enum SlotScript {
    /// Sets `choice`, `other` and the functions `count_a` and `count_b`, which the entries of the slots call.
    static var text: String {
        """
        # Reads copy $1 of the boot state, which counts when it is whole: both halves have the same number, all values are possible.
        function load_copy {
            set seq=''
            set seq2=''
            set order=''
        \(both { "    set \($0)_ok=''\n    set \($0)_left=''\n    set \($0)_fail=''" })
            load_env -f \(DiskMenu.folder)/env$1 \(names)
            if [ "$seq" = "$seq2" ]; then
                regexp '^1[0-9]{9} (ab|ba) [01],[0-9],[0-9] [01],[0-9],[0-9]$' \
        "$seq $order $a_ok,$a_left,$a_fail $b_ok,$b_left,$b_fail"
            else
                false
            fi
        }

        # Writes it to both copies, the one after the other, so that one is whole at any time. This also brings back a copy that
        # was half written. It is saved when the copy was written that counts at the next start: the first, which counts when both
        # have the same number, or the newer second.
        function save_copies {
            set saved=''
            for copy in 2 1; do
                if save_env -f \(DiskMenu.folder)/env$copy \(names); then
                    if [ $copy = 1 -o $copy = "$newest" ]; then
                        set saved=$copy
                    fi
                fi
            done
        }

        # The newer copy; the first of two equal ones.
        set newest=''
        for copy in 1 2; do
            if [ -f \(DiskMenu.folder)/env$copy ]; then
                if load_copy $copy; then
                    if [ -z "$newest" ]; then
                        set newest=$copy
                        set newest_seq=$seq
                    elif [ "$seq" -gt "$newest_seq" ]; then
                        set newest=$copy
                    fi
                fi
            fi
        done
        if [ -n "$newest" ]; then
            load_copy $newest
        else
            # A stick with one slot, or both copies are destroyed: nothing can be counted, every slot that is there may start.
            set order=ab
        \(both { "    set \($0)_ok=1\n    set \($0)_left=0\n    set \($0)_fail=0" })
        fi

        \(both(rank))
        set choice=''
        for wanted in ready failing spent; do
            if [ -z "$choice" ]; then
                if [ "$order" = ab -a "$rank_a" = $wanted ]; then
                    set choice=a
                elif [ "$rank_b" = $wanted ]; then
                    set choice=b
                elif [ "$rank_a" = $wanted ]; then
                    set choice=a
                fi
            fi
        done

        \(both(count))
        """
    }

    private static var names: String { EnvironmentBlock.names.joined(separator: " ") }

    private static func both(_ text: (String) -> String) -> String {
        Slot.allCases.map { text($0.rawValue) }.joined(separator: "\n")
    }

    private static func rank(_ slot: String) -> String {
        let folder = DiskMenu.folder + "/" + slot
        return """
            set rank_\(slot)=missing
            if [ -f \(folder)/slot.cfg -a -f \(folder)/vmlinuz -a -f \(folder)/initramfs.img ]; then
                set rank_\(slot)=ready
                if [ "$\(slot)_ok" = 1 ]; then
                    if [ "$\(slot)_fail" -ge \(BootState.failureLimit) ]; then
                        set rank_\(slot)=failing
                    fi
                elif [ "$\(slot)_left" = 0 ]; then
                    set rank_\(slot)=spent
                fi
            fi
            """
    }

    private static func count(_ slot: String) -> String {
        let other = slot == "a" ? "b" : "a"
        return """
            # Notes a start of slot \(slot.uppercased()) before it happens. Fails, and with it the entry, when that is a trial which cannot be noted
            # and would be repeated for ever, while the other slot is known to be good.
            function count_\(slot) {
                set trial=''
                set saved=''
                if [ "$\(slot)_ok" = 1 ]; then
            \(ladder(slot + "_fail", Array(0..<9).map { ($0, $0 + 1) }))
                else
            \(ladder(slot + "_left", Array(1...9).map { ($0, $0 - 1) }))
                    set trial="nodewright.trial=$\(slot)_left systemd.watchdog_sec=60"
                fi
                if [ -n "$newest" ]; then
                    save_copies
                fi
                if [ -n "$trial" -a -z "$saved" -a "$\(other)_ok" = 1 -a "$rank_\(other)" != missing ]; then
                    echo 'Slot \(slot.uppercased()) is on trial, but this disk cannot be written: slot \(other.uppercased()) is started.'
                    sleep 3
                    false
                else
                    true
                fi
            }
            """
    }

    private static func ladder(_ name: String, _ steps: [(from: Int, to: Int)]) -> String {
        let rungs = steps.enumerated().map { index, step in
            """
                    \(index == 0 ? "if" : "elif") [ "$\(name)" = \(step.from) ]; then
                        set \(name)=\(step.to)
            """
        }
        return rungs.joined(separator: "\n") + "\n        fi"
    }
}
