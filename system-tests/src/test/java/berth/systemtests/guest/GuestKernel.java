package berth.systemtests.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Linux kernel of this machine that can run in a guest, with its modules for virtio disks.
 *
 * @param image the kernel
 * @param modules the modules' files in the order in which they have to be loaded
 */
record GuestKernel(Path image, List<Path> modules) {
    /** What the kernel is told. */
    static final String COMMAND_LINE = "console=ttyS0 quiet loglevel=3 panic=-1 tsc=unstable";

    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
    private static final List<String> MODULES = List.of(
            "virtio/virtio_ring.ko",
            "virtio/virtio.ko",
            "virtio/virtio_pci_modern_dev.ko",
            "virtio/virtio_pci_legacy_dev.ko",
            "virtio/virtio_pci.ko",
            "block/virtio_blk.ko");

    /** The newest one; the test is skipped when something that a guest needs is not installed. */
    static GuestKernel findOrSkip() {
        assumeTrue(Files.isExecutable(QEMU), "qemu-system-x86 is not installed");
        assumeTrue(Files.isExecutable(BUSYBOX), "busybox-static is not installed");
        Optional<GuestKernel> kernel = find();
        assumeTrue(kernel.isPresent(), "linux-image-cloud-amd64 is not installed");
        return kernel.orElseThrow();
    }

    private static Optional<GuestKernel> find() {
        try (Stream<Path> images = Files.list(Path.of("/boot"))) {
            return images.filter(image -> image.getFileName().toString().matches("vmlinuz-.*-cloud-amd64"))
                    .sorted((a, b) -> b.compareTo(a))
                    .map(GuestKernel::of)
                    .filter(kernel -> kernel.modules.stream().allMatch(Files::isReadable))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GuestKernel of(Path image) {
        String version = image.getFileName().toString().substring("vmlinuz-".length());
        Path drivers = Path.of("/lib/modules", version, "kernel/drivers");
        return new GuestKernel(image, MODULES.stream().map(drivers::resolve).toList());
    }

    /**
     * An initial file system that loads the modules, runs a script with {@code sh} and switches the machine off.
     *
     * @param script what the guest does
     * @param disks the number of disks, for which it waits first: {@code /dev/vda} and so on
     */
    byte[] initialFileSystem(String script, int disks) throws IOException {
        CpioArchive archive = new CpioArchive()
                .directory("bin")
                .directory("dev")
                .directory("proc")
                .directory("sys")
                .directory("modules")
                .device("dev/console", 5, 1)
                .executable("bin/busybox", Files.readAllBytes(BUSYBOX))
                .link("bin/sh", "busybox");
        StringBuilder init = new StringBuilder("""
                #!/bin/sh
                /bin/busybox --install -s /bin
                mount -t proc proc /proc
                mount -t sysfs sysfs /sys
                mount -t devtmpfs dev /dev
                """);
        for (Path module : modules) {
            String name = "modules/" + module.getFileName();
            archive.executable(name, Files.readAllBytes(module));
            init.append("insmod /").append(name).append(" || poweroff -f\n");
        }
        for (int i = 0; i < disks; i++) {
            init.append("until [ -b /dev/vd" + (char) ('a' + i) + " ]; do usleep 10000; done\n");
        }
        init.append("echo ").append(Guest.BOOTED).append("\nsh /script 2>&1\necho ");
        init.append(Guest.ENDED).append(" $?\npoweroff -f\n");
        return archive.executable("init", init.toString().getBytes(UTF_8))
                .executable("script", script.getBytes(UTF_8))
                .finish();
    }
}
