package berth.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Asks libvirt through {@code virsh}, read-only. libvirt may be absent, not running, slow, or not know the domain: then
 * there is no answer, and that is no failure.
 */
public final class Virsh {
    /** Where Nova's domains are. */
    public static final String SYSTEM = "qemu:///system";

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_ANSWER_BYTES = 4096;
    private static final Set<String> INACTIVE = Set.of("shut off", "crashed", "no state");

    private final String uri;

    /** @param uri the libvirt connection, for example {@link #SYSTEM} */
    public Virsh(String uri) {
        this.uri = uri;
    }

    /** The use that libvirt makes of a domain's disks: none when the domain is shut off or libvirt does not answer. */
    public Optional<DiskUse> activity(UUID domain) {
        return state(domain).filter(state -> !INACTIVE.contains(state)).map(DiskUse.DomainActive::new);
    }

    /** libvirt's word for the state of a domain, for example {@code running}; empty when there is no answer. */
    public Optional<String> state(UUID domain) {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        ProcessBuilder builder =
                new ProcessBuilder(program.get().toString(), "-q", "-r", "-c", uri, "domstate", domain.toString());
        builder.environment().put("LC_ALL", "C");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return answer(builder.start());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> answer(Process process) throws IOException {
        try {
            process.getOutputStream().close();
            // The answer is one word or two: it fits into the pipe, so that reading can wait for the end.
            if (!process.waitFor(PATIENCE) || process.exitValue() != 0) {
                return Optional.empty();
            }
            byte[] answer = process.getInputStream().readNBytes(MAX_ANSWER_BYTES);
            String state = new String(answer, StandardCharsets.UTF_8).strip();
            return state.isEmpty() ? Optional.empty() : Optional.of(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (String directory : path.split(":", -1)) {
            Path program = Path.of(directory).resolve("virsh");
            if (!directory.isEmpty() && Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }
}
