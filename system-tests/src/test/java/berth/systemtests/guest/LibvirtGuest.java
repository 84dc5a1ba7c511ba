package berth.systemtests.guest;

import berth.libvirt.DomainState;
import berth.libvirt.DomainXml;
import berth.libvirt.Libvirt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A guest as {@link TinyGuest} is one, but as a persistent domain of a libvirt. */
public final class LibvirtGuest implements Guest {
    private final UUID uuid;
    private final String uri;
    private final Path console;

    private LibvirtGuest(UUID uuid, String uri, Path console) {
        this.uuid = uuid;
        this.uri = uri;
        this.console = console;
    }

    /**
     * Defines and starts a guest; the test is skipped where a guest cannot be made.
     *
     * @param directory an empty or new directory for the guest's files
     * @param script what the guest runs with {@code sh}
     * @param disk its disk {@code /dev/vda}, a qcow2 file
     */
    public static LibvirtGuest boot(String uri, Path directory, UUID uuid, String script, Path disk)
            throws IOException {
        GuestKernel kernel = GuestKernel.findOrSkip();
        Files.createDirectories(directory);
        Path initrd = directory.resolve("initrd");
        Files.write(initrd, kernel.initialFileSystem(script, 1));
        Path console = Files.writeString(directory.resolve("console.log"), "");
        String xml = """
                <domain type='qemu'>
                  <name>instance-%s</name>
                  <uuid>%s</uuid>
                  <memory unit='MiB'>128</memory>
                  <vcpu>1</vcpu>
                  <os>
                    <type arch='x86_64' machine='pc'>hvm</type>
                    <kernel>%s</kernel>
                    <initrd>%s</initrd>
                    <cmdline>%s</cmdline>
                  </os>
                  <on_reboot>destroy</on_reboot>
                  <devices>
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='qcow2' cache='none'/>
                      <source file='%s'/>
                      <target dev='vda' bus='virtio'/>
                      <serial>kept</serial>
                    </disk>
                    <serial type='file'><source path='%s'/></serial>
                    <memballoon model='none'/>
                  </devices>
                </domain>
                """.formatted(
                uuid.toString().substring(0, 8), uuid, kernel.image(), initrd, GuestKernel.COMMAND_LINE, disk, console);
        try (Libvirt libvirt = Libvirt.open(uri)) {
            libvirt.define(DomainXml.parse(xml.getBytes(StandardCharsets.UTF_8), "the guest"));
        }
        LibvirtGuest guest = new LibvirtGuest(uuid, uri, console);
        try {
            guest.virsh("start", uuid.toString());
            guest.awaitBoot();
            return guest;
        } catch (IOException | RuntimeException | AssertionError e) {
            guest.close();
            throw e;
        }
    }

    /** Runs {@code virsh} on the guest's libvirt, and gives what it prints. */
    public String virsh(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("virsh", "-c", uri));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(command + ": " + output);
        }
        return output;
    }

    /** The domain's UUID. */
    public UUID uuid() {
        return uuid;
    }

    @Override
    public Path consoleFile() {
        return console;
    }

    @Override
    public boolean isAlive() {
        try (Libvirt libvirt = Libvirt.openReadOnly(uri)) {
            return libvirt.state(uuid).filter(DomainState::active).isPresent();
        }
    }

    /** Switches it off at once; the console can still be read. */
    @Override
    public void close() {
        if (isAlive()) {
            try {
                virsh("destroy", uuid.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
