package berth.block;

import static org.assertj.core.api.Assertions.assertThat;

import berth.posix.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class BlockExceptionTest {
    @Test
    void failuresOfTheJdkKeepTheErrnoThatTheirTextTells() {
        assertIs(new FileSystemException("/s", null, "Read-only file system"), Problem.READ_ONLY, Errno.EROFS);
        assertIs(new FileSystemException("/s", null, "No space left on device"), Problem.NO_SPACE, Errno.ENOSPC);
        assertIs(new IOException("No space left on device"), Problem.NO_SPACE, Errno.ENOSPC);
        assertIs(new FileSystemException("/s", null, "Not a directory"), Problem.IO, Errno.ENOTDIR);
        assertIs(new AccessDeniedException("/s"), Problem.IO, Errno.EACCES);
        assertIs(new FileSystemException("/s"), Problem.IO, Errno.EIO);
        assertIs(new IOException(), Problem.IO, Errno.EIO);
    }

    private static void assertIs(IOException cause, Problem problem, Errno errno) {
        BlockException failure = BlockException.of(cause, "cannot write /s");
        assertThat(failure.problem()).isEqualTo(problem);
        assertThat(failure.errno()).isEqualTo(errno);
        assertThat(failure).hasMessageStartingWith("cannot write /s: ").hasCause(cause);
    }
}
