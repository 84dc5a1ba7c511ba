package berth.cloud.rbd;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.Libvirt;
import berth.libvirt.LibvirtSecret;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * What a host's libvirt has as the secret of a user of Ceph.
 *
 * @param host the libvirt connection
 * @param secret the secret's UUID
 * @param standing what there is
 * @param advice what to do; empty when all is well
 */
public record SecretCheck(String host, UUID secret, Standing standing, String advice) {
    /** What there is of a secret. */
    public enum Standing {
        /** Its value is the user's key. */
        EQUAL,
        /** Its value is another one. */
        DIFFERENT,
        /** It has no value. */
        NO_VALUE,
        /** It is for something else than Ceph. */
        OTHER_USE,
        /** libvirt gives its value to QEMU only. */
        PRIVATE,
        /** There is none with that UUID. */
        ABSENT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Compares a secret with a key.
     *
     * @param entity the key's user, for example {@code client.cinder}
     * @throws BlockException when libvirt does not answer
     */
    public static SecretCheck of(Libvirt libvirt, UUID secret, String entity, byte[] key) {
        Optional<LibvirtSecret> found = libvirt.secret(secret);
        Standing standing;
        if (found.isEmpty()) {
            standing = Standing.ABSENT;
        } else if (!found.get().isForCeph()) {
            standing = Standing.OTHER_USE;
        } else if (found.get().isPrivate()) {
            standing = Standing.PRIVATE;
        } else {
            standing = compare(libvirt.secretValue(secret), key);
        }
        return new SecretCheck(libvirt.uri(), secret, standing, advice(standing, secret, entity));
    }

    private static Standing compare(Optional<byte[]> value, byte[] key) {
        if (value.isEmpty()) {
            return Standing.NO_VALUE;
        }
        boolean equal = MessageDigest.isEqual(value.get(), key);
        Arrays.fill(value.get(), (byte) 0);
        return equal ? Standing.EQUAL : Standing.DIFFERENT;
    }

    private static String advice(Standing standing, UUID secret, String entity) {
        String define = "berth libvirt secret define --secret " + secret;
        return switch (standing) {
            case EQUAL -> "";
            case ABSENT, NO_VALUE -> "define it with: " + define;
            case DIFFERENT -> "it is not the key of " + entity + " in the cluster; replace it with: " + define;
            case OTHER_USE -> "choose another UUID, or remove the secret (virsh secret-undefine " + secret + ")";
            case PRIVATE ->
                "it cannot be compared; define it anew as not private (virsh secret-undefine " + secret + ", then "
                        + define + ")";
        };
    }

    /**
     * The secret of libvirt that has a key as its value.
     *
     * @param entity the key's user
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when there is none, {@link Problem#INVALID_ARGUMENT} when
     *     there are several
     */
    public static UUID find(Libvirt libvirt, String entity, byte[] key) {
        List<UUID> equal = libvirt.secrets().stream()
                .filter(secret -> of(libvirt, secret, entity, key).standing == Standing.EQUAL)
                .toList();
        if (equal.size() == 1) {
            return equal.getFirst();
        }
        throw equal.isEmpty()
                ? new BlockException(
                        Problem.SOURCE_NOT_FOUND,
                        "libvirt at " + libvirt.uri() + " has no secret with the key of " + entity
                                + "; define one with: berth libvirt secret define --secret UUID, where UUID is"
                                + " rbd_secret_uuid of nova.conf")
                : new BlockException(
                        Problem.INVALID_ARGUMENT,
                        "libvirt at " + libvirt.uri() + " has several secrets with the key of " + entity
                                + "; name one of them with --secret: " + equal);
    }

    /** @throws BlockException {@link Problem#INVALID_ARGUMENT} when the secret's value is not the key */
    public void require() {
        if (standing != Standing.EQUAL) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "secret " + secret + " at " + host + ": " + standing + "; " + advice);
        }
    }
}
