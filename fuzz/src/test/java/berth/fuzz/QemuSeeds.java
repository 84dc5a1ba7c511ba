package berth.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Writes the seeds that are images of disks, as small as {@code qemu-img} makes them. */
final class QemuSeeds {
    private static final int HEADER_BYTES = 512;
    private static final String SMALL = "cluster_size=512";

    private final Path directory = Scratch.directory();
    private final Path corpus;

    private QemuSeeds(Path corpus) {
        this.corpus = corpus;
    }

    static void write(Path corpus) throws Exception {
        QemuSeeds seeds = new QemuSeeds(corpus);
        seeds.images();
        seeds.chains();
    }

    private Path run(String image, List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + said);
        }
        Path file = directory.resolve(image);
        file.toFile().deleteOnExit();
        return file;
    }

    private Path create(String image, String format, String options) throws Exception {
        return run(image, List.of("qemu-img", "create", "-q", "-f", format, "-o", options, image));
    }

    private Path fill(String image, String format) throws Exception {
        return run(image, List.of("qemu-io", "-f", format, "-c", "write -P 7 0 1k", "-c", "write -P 8 33k 512", image));
    }

    private void snapshot(String image) throws Exception {
        run(image, List.of("qemu-img", "snapshot", "-c", "snap", image));
        run(image, List.of("qemu-io", "-f", "qcow2", "-c", "write -P 9 512 1k", image));
    }

    private void save(Target target, String name, byte[] bytes) throws IOException {
        Path to = Files.createDirectories(corpus.resolve(target.toString()));
        if (bytes.length > target.maxInputBytes()) {
            throw new IOException(target + " " + name + " has " + bytes.length + " bytes");
        }
        Files.write(to.resolve(name), bytes);
    }

    private void images() throws Exception {
        create("qcow1", "qcow", "size=64k");
        save(Target.QCOW_IMAGE, "qcow1", Files.readAllBytes(fill("qcow1", "qcow")));
        for (String compat : List.of("0.10", "1.1")) {
            String name = "qcow2-" + compat;
            create(name, "qcow2", SMALL + ",size=64k,compat=" + compat);
            fill(name, "qcow2");
            snapshot(name);
            byte[] image = Files.readAllBytes(directory.resolve(name));
            save(Target.QCOW_IMAGE, name, image);
            save(Target.QCOW_HEADER, name, Arrays.copyOf(image, HEADER_BYTES));
        }
        save(Target.QCOW_HEADER, "qcow1", Arrays.copyOf(Files.readAllBytes(directory.resolve("qcow1")), HEADER_BYTES));
        create("raw", "raw", "size=64k");
        fill("raw", "raw");
        for (String type : List.of("zlib", "zstd")) {
            String name = "compressed-" + type;
            String options = "cluster_size=4096,compression_type=" + type;
            save(
                    Target.QCOW_IMAGE,
                    name,
                    Files.readAllBytes(run(
                            name, List.of("qemu-img", "convert", "-c", "-O", "qcow2", "-o", options, "raw", name))));
        }
    }

    private void chains() throws Exception {
        for (String backing : List.of("raw", "../secret", "link", "below/raw", "/etc/shadow", "json:{}", "nbd:x")) {
            for (byte allow : new byte[] {0, 1}) {
                String options = SMALL + ",backing_fmt=raw,backing_file=" + backing;
                Path image = run(
                        "image",
                        List.of("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-o", options, "image", "4k"));
                save(Target.BACKING_CHAIN, name(backing) + "-" + allow, prefixed(allow, Files.readAllBytes(image)));
            }
        }
        Path image = create("image", "qcow2", SMALL + ",size=4k,data_file=raw");
        save(Target.BACKING_CHAIN, "data-file", prefixed((byte) 0, Files.readAllBytes(image)));
    }

    private static String name(String backing) {
        return backing.replaceAll("[^a-z]+", "-").replaceAll("^-|-$", "");
    }

    private static byte[] prefixed(byte first, byte[] image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        bytes.writeBytes(image);
        return bytes.toByteArray();
    }
}
