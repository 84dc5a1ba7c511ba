package berth.libvirt;

/** A use of a disk that stands against reading it as something that does not change. */
public sealed interface DiskUse {
    /** What uses the disk, for a message; a clause without a capital or a full stop. */
    String describe();

    /** QEMU's image lock says that a program of QEMU writes to the disk, wherever that program runs. */
    record ImageLocked() implements DiskUse {
        @Override
        public String describe() {
            return "QEMU's image lock is held by a writer";
        }
    }

    /**
     * A process has the file open for writing.
     *
     * @param pid the process
     * @param command its name
     */
    record OpenForWriting(long pid, String command) implements DiskUse {
        @Override
        public String describe() {
            return "process " + pid + " (" + command + ") has it open for writing";
        }
    }

    /**
     * libvirt says that the domain is not shut off.
     *
     * @param state libvirt's word for its state
     */
    record DomainActive(String state) implements DiskUse {
        @Override
        public String describe() {
            return "libvirt says that the domain is " + state;
        }
    }
}
