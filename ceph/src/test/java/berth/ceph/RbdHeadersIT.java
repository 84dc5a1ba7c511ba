package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.Access;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdHeaders;
import berth.posix.Errno;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the objects of a pool say of images that are not open. */
final class RbdHeadersIT extends ConnectedTest {
    private static final ImageSpec DISK = new ImageSpec("vms", "disk");

    private interface Work {
        void with(RbdHeaders headers, IoContext context);
    }

    private void in(String pool, Work work) {
        connection.in(Task.pool("testing", pool), context -> {
            work.with(new RbdHeaders(context), context);
            return pool;
        });
    }

    @Test
    void metadataAreWhatLibrbdHas() {
        String id = store.create(DISK, 1 << 20, Layout.DEFAULT).id();
        in(DISK.pool(), (headers, _) -> {
            assertThat(headers.id(DISK.image())).hasValue(id);
            assertThat(headers.name(id)).hasValue(DISK.image());
            assertThat(headers.metadata(id, "key")).isEmpty();

            headers.setMetadata(id, "key", "välue");
            assertThat(headers.metadata(id, "key")).hasValue("välue");
        });
        assertThat(metadata()).hasValue("välue");
        in(DISK.pool(), (headers, _) -> {
            headers.removeMetadata(id, "key");
            headers.removeMetadata(id, "key");
        });
        assertThat(metadata()).isEmpty();
    }

    private Optional<String> metadata() {
        try (CephImage image = store.open(DISK, Access.READ_ONLY)) {
            return image.annotations().metadata("key");
        }
    }

    @Test
    void anImageThatHasGoneGetsNoHeaderAgain() {
        in(DISK.pool(), (headers, context) -> {
            assertThatThrownBy(() -> headers.setMetadata("gone", "key", "value"))
                    .isInstanceOfSatisfying(
                            NativeFailure.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
            headers.removeMetadata("gone", "key");
            assertThat(context.anyObject(name -> name.contains("gone"))).isFalse();
        });
    }
}
