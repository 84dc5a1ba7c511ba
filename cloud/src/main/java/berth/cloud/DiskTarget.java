package berth.cloud;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.migration.Receipt;
import berth.source.spec.DiskSpec;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import berth.source.spec.StreamSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What there is of a disk in the store already. */
sealed interface DiskTarget {
    /** Nothing. */
    record Absent() implements DiskTarget {
        @Override
        public String describe() {
            return "new";
        }
    }

    /**
     * A move that was begun.
     *
     * @param state where it stands
     */
    record Begun(MigrationState state) implements DiskTarget {
        @Override
        public String describe() {
            return state.toString();
        }
    }

    /**
     * The image, moved from this disk as the disk is now.
     *
     * @param receipt what says so
     */
    record Moved(Receipt receipt) implements DiskTarget {
        @Override
        public String describe() {
            return "moved";
        }
    }

    /** The word of a plan for it. */
    String describe();

    /**
     * Looks.
     *
     * @param receipt where the receipt of an earlier move would be
     * @throws BlockException {@link Problem#MIGRATING} when another disk is being moved to the target,
     *     {@link Problem#IMAGE_EXISTS} when the target is another image, {@link Problem#SOURCE_CHANGED} when it is this
     *     disk as it was earlier
     */
    static DiskTarget of(MigrationStore store, OpenDisk disk, ImageSpec target, Path receipt) {
        MigrationRecord begun;
        try {
            begun = store.migration(target);
        } catch (BlockException e) {
            return switch (e.problem()) {
                case NOT_MIGRATING -> moved(store, disk, target, receipt);
                case IMAGE_NOT_FOUND, POOL_NOT_FOUND -> new Absent();
                default -> throw e;
            };
        }
        requireSameDisk(begun, disk.disk().file());
        return new Begun(begun.state());
    }

    private static void requireSameDisk(MigrationRecord record, Path file) {
        boolean same = record.importOnly()
                && fileOf(new SpecParser(Path.of("")).parse(record.sourceDescription()))
                        .filter(file::equals)
                        .isPresent();
        if (!same) {
            throw new BlockException(
                    Problem.MIGRATING,
                    "another disk is being moved to " + record.target() + ": "
                            + record.source().map(ImageSpec::toString).orElse(record.sourceDescription()));
        }
    }

    private static Optional<Path> fileOf(SourceSpec spec) {
        return spec instanceof DiskSpec disk && disk.stream() instanceof StreamSpec.File(Path file)
                ? Optional.of(file)
                : Optional.empty();
    }

    private static DiskTarget moved(MigrationStore store, OpenDisk disk, ImageSpec target, Path file) {
        if (Files.exists(file)) {
            Receipt receipt = Receipt.read(file);
            if (receipt.statement().target().id().equals(store.info(target).id())) {
                Map<String, String> then = receipt.statement().source().validators();
                if (!lasting(disk, then).equals(lasting(disk, disk.source().validators()))) {
                    throw new BlockException(
                            Problem.SOURCE_CHANGED,
                            "image " + target + " was made from " + disk.disk().file()
                                    + ", which has changed since then");
                }
                return new Moved(receipt);
            }
        }
        throw new BlockException(
                Problem.IMAGE_EXISTS,
                "image " + target + " exists already, and is not this disk as it is now; if the"
                        + " instance was moved before, the image is what it uses, and the file is only a rest");
    }

    private static Map<String, String> lasting(OpenDisk disk, Map<String, String> validators) {
        Map<String, String> lasting = new TreeMap<>(validators);
        lasting.keySet().removeIf(disk::isBackingTime);
        return lasting;
    }
}
