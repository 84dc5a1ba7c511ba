package berth.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeLockTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void makeFile() throws Exception {
        file = Files.createFile(directory.resolve("disk"));
    }

    @Test
    void anotherDescriptorsLockIsSeenOnItsBytesOnly() {
        try (PosixFile holder = PosixFile.open(file, PosixFile.Mode.READ);
                PosixFile other = PosixFile.open(file, PosixFile.Mode.READ)) {
            assertThat(holder.tryLockRangeShared(101, 2)).isTrue();

            assertThat(other.isRangeLocked(101, 1)).isTrue();
            assertThat(other.isRangeLocked(100, 2)).isTrue();
            assertThat(other.isRangeLocked(102, 1)).isTrue();
            assertThat(other.isRangeLocked(100, 1)).isFalse();
            assertThat(other.isRangeLocked(103, 50)).isFalse();
        }
    }

    @Test
    void ownLockIsNotSeen() {
        try (PosixFile holder = PosixFile.open(file, PosixFile.Mode.READ)) {
            assertThat(holder.tryLockRangeShared(200, 1)).isTrue();

            assertThat(holder.isRangeLocked(200, 1)).isFalse();
        }
    }

    @Test
    void sharedLocksGoTogether() {
        try (PosixFile one = PosixFile.open(file, PosixFile.Mode.READ);
                PosixFile two = PosixFile.open(file, PosixFile.Mode.READ)) {
            assertThat(one.tryLockRangeShared(100, 4)).isTrue();
            assertThat(two.tryLockRangeShared(100, 4)).isTrue();
        }
    }

    @Test
    void lockEndsWithItsDescriptor() {
        try (PosixFile other = PosixFile.open(file, PosixFile.Mode.READ)) {
            try (PosixFile holder = PosixFile.open(file, PosixFile.Mode.READ)) {
                assertThat(holder.tryLockRangeShared(100, 1)).isTrue();
                assertThat(other.isRangeLocked(100, 1)).isTrue();
            }
            assertThat(other.isRangeLocked(100, 1)).isFalse();
        }
    }

    @Test
    void impossibleRangeIsRefusedWithItsErrno() {
        try (PosixFile posix = PosixFile.open(file, PosixFile.Mode.READ)) {
            assertThatThrownBy(() -> posix.isRangeLocked(-1, 1))
                    .isInstanceOfSatisfying(
                            PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }
    }
}
