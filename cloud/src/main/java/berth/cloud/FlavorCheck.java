package berth.cloud;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.NovaFlavor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Compares the sizes of an instance's disks with its flavor. Nova makes the root disk as large as the flavor says, so
 * another size tells of another instance's disk, or of a resize that stopped halfway. Of ephemeral and swap space users
 * can ask for less than the flavor says, but not for more.
 */
public final class FlavorCheck {
    private final NovaFlavor flavor;
    private final Map<String, Long> sizes;
    private final List<String> findings = new ArrayList<>();

    private FlavorCheck(NovaFlavor flavor, Map<String, Long> sizes) {
        this.flavor = flavor;
        this.sizes = sizes;
    }

    /**
     * Checks the sizes.
     *
     * @param flavor the flavor; where none is known, nothing is checked
     * @param sizes the virtual sizes in bytes by the disks' names
     * @param accepted whether disks that do not fit are moved all the same
     * @return what was accepted, for people
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when a disk does not fit and that is not accepted; the
     *     blockers say which
     */
    public static List<String> require(Optional<NovaFlavor> flavor, Map<String, Long> sizes, boolean accepted) {
        List<String> findings =
                flavor.map(known -> new FlavorCheck(known, sizes).run()).orElse(List.of());
        if (findings.isEmpty() || accepted) {
            return findings;
        }
        throw new BlockException(
                Problem.INVALID_ARGUMENT,
                String.join("; ", findings)
                        + "; if these are the right disks, --accept-flavor-mismatch moves them as they are",
                findings);
    }

    private List<String> run() {
        // A flavor without a size for the root disk takes that of the image.
        if (flavor.rootBytes().orElse(0) != 0) {
            compare("disk", false, "disk"::equals, flavor.rootBytes());
        }
        compare("disk.swap", true, "disk.swap"::equals, flavor.swapBytes());
        compare(
                "the ephemeral space",
                true,
                name -> name.equals("disk.local") || name.startsWith("disk.eph"),
                flavor.ephemeralBytes());
        return findings;
    }

    private void compare(String what, boolean mayBeLess, Predicate<String> names, OptionalLong wanted) {
        long[] found = sizes.entrySet().stream()
                .filter(disk -> names.test(disk.getKey()))
                .mapToLong(Map.Entry::getValue)
                .toArray();
        long size = Arrays.stream(found).sum();
        boolean fits = wanted.isEmpty()
                || found.length == 0
                || (mayBeLess ? size <= wanted.getAsLong() : size == wanted.getAsLong());
        if (!fits) {
            findings.add("%s has %d bytes, but flavor %s has %s%d"
                    .formatted(what, size, flavor.name(), mayBeLess ? "at most " : "", wanted.getAsLong()));
        }
    }
}
