package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job of fio.
 *
 * @param pattern fio's {@code rw}, for example {@code randread}
 * @param blockBytes the size of a request
 * @param depth how many requests are under way at a time
 */
public record Fio(String pattern, int blockBytes, int depth) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A disk as fio gets at it.
     *
     * @param program how fio is called
     * @param options fio's options for it
     */
    public record Disk(List<String> program, List<String> options) {
        /** An export of an NBD server. */
        public static Disk nbd(String uri) {
            return new Disk(List.of("fio"), List.of("--ioengine=nbd", "--uri=" + uri));
        }

        /** An image of a Ceph cluster, opened by librbd as {@code client.admin}, without its cache. */
        public static Disk rbd(Path configuration, String pool, String image) {
            return new Disk(
                    List.of("env", "CEPH_CONF=" + configuration, "CEPH_ARGS=--rbd-cache=false", "fio"),
                    List.of("--ioengine=rbd", "--clientname=admin", "--pool=" + pool, "--rbdname=" + image));
        }
    }

    /**
     * Runs the job for a time.
     *
     * @param seconds how long
     * @param seed which offsets are taken; the same for both sides of a round
     * @return requests per second
     */
    public double run(Disk disk, int seconds, int seed) {
        List<String> command = command(disk);
        command.addAll(List.of("--time_based", "--runtime=" + seconds, "--norandommap", "--randseed=" + (seed + 1)));
        return requestsPerSecond(Programs.run(command).output());
    }

    /** Runs the job over {@code bytes} bytes and as long as that takes. */
    public void cover(Disk disk, long bytes) {
        List<String> command = command(disk);
        command.add("--io_size=" + bytes);
        Programs.run(command);
    }

    private List<String> command(Disk disk) {
        List<String> command = new ArrayList<>(disk.program());
        command.addAll(disk.options());
        command.addAll(List.of(
                "--name=bench",
                "--rw=" + pattern,
                "--bs=" + blockBytes,
                "--iodepth=" + depth,
                "--refill_buffers=0",
                "--output-format=json"));
        return command;
    }

    /** Reads and writes per second in fio's JSON report. */
    static double requestsPerSecond(String report) {
        JsonNode job =
                JSON.readTree(report.substring(report.indexOf('{'))).get("jobs").get(0);
        double rate = job.get("read").get("iops").asDouble()
                + job.get("write").get("iops").asDouble();
        if (job.get("error").asInt() != 0 || rate <= 0) {
            throw new BenchException("fio failed: " + report);
        }
        return rate;
    }
}
