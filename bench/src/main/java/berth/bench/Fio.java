package berth.bench;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job of fio's nbd engine.
 *
 * @param pattern fio's {@code rw}, for example {@code randread}
 * @param blockBytes the size of a request
 * @param depth how many requests are under way at a time
 */
public record Fio(String pattern, int blockBytes, int depth) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Runs the job for a time.
     *
     * @param uri the NBD export
     * @param seconds how long
     * @param seed which offsets are taken; the same for both sides of a round
     * @return requests per second
     */
    public double run(String uri, int seconds, int seed) {
        List<String> arguments = new ArrayList<>(common(uri));
        arguments.addAll(List.of("--time_based", "--runtime=" + seconds, "--norandommap", "--randseed=" + (seed + 1)));
        return requestsPerSecond(Programs.run(arguments).output());
    }

    /** Runs the job over {@code bytes} bytes and as long as that takes. */
    public void cover(String uri, long bytes) {
        List<String> arguments = new ArrayList<>(common(uri));
        arguments.add("--io_size=" + bytes);
        Programs.run(arguments);
    }

    private List<String> common(String uri) {
        return List.of(
                "fio",
                "--name=bench",
                "--ioengine=nbd",
                "--uri=" + uri,
                "--rw=" + pattern,
                "--bs=" + blockBytes,
                "--iodepth=" + depth,
                "--refill_buffers=0",
                "--output-format=json");
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
