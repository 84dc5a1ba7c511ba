package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a server keeps in memory. */
public final class ServerMemory implements Measurement {
    private static final int IMAGES = 100;
    private static final long SIZE = 10L << 30;
    private static final int BLOCK = 4 << 10;
    private static final int WRITES = 200;
    private static final double GOAL_MIB = 300;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String described() {
        return "Resident memory of `berth serve` with " + IMAGES + " images of 10 GiB open over NBD: after one write of"
                + " 4 KiB to each, and after " + WRITES
                + " at random places of each, which fills the caches of the store.";
    }

    @Override
    public boolean dependsOnPlace() {
        return false;
    }

    @Override
    public List<Row> run(Workbench bench) {
        Path socket = bench.directory().resolve("serve.sock");
        List<String> command = bench.berth("serve", "--nbd-socket", socket.toString());
        try (Daemon server = Daemon.start(command, socket, bench.directory().resolve("serve.log"))) {
            for (int i = 0; i < IMAGES; i++) {
                Programs.run(bench.berth("create", "--size", (SIZE >> 30) + "G", image(i)));
            }
            return List.of(
                    row(IMAGES + " open images", bench, server, socket, 1),
                    row(IMAGES + " open images, caches full", bench, server, socket, WRITES));
        }
    }

    private static Row row(String what, Workbench bench, Daemon server, Path socket, int writes) {
        Series memory = Sides.alone(bench.rounds(), round -> residentWithAllOpen(server, socket, writes, round));
        return Row.alone(what, Unit.MIB, memory, new Goal.Absolute(GOAL_MIB));
    }

    private static double residentWithAllOpen(Daemon server, Path socket, int writes, int round) {
        Random random = new Random(round);
        byte[] block = new byte[BLOCK];
        List<NbdClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < IMAGES; i++) {
                NbdClient client = NbdClient.open(socket, image(i));
                clients.add(client);
                for (int write = 0; write < writes; write++) {
                    random.nextBytes(block);
                    client.write(random.nextLong(SIZE / BLOCK) * BLOCK, block);
                }
            }
            return server.residentMib();
        } finally {
            clients.forEach(NbdClient::close);
        }
    }

    private static String image(int number) {
        return "rbd/image" + number;
    }
}
