package berth.libvirt;

import java.nio.charset.StandardCharsets;

/** Runs other programs. */
final class Programs {
    private Programs() {}

    /** Runs a program to its end and returns what it printed, errors included. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
