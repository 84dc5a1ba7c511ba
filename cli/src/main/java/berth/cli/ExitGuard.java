package berth.cli;

import berth.server.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order when a signal asks the process to. SIGINT, SIGTERM and SIGHUP start the virtual machine's
 * shutdown, which this holds up until the command has undone or finished what it was at. The process then ends with 128
 * plus the signal's number, as a shell expects; a command for which the signal is the normal end (a server) ends with 0.
 */
final class ExitGuard {
    private static final long PATIENCE_SECONDS = 60;

    private final Cancellation cancellation;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean signalled;
    private volatile int status;

    private ExitGuard(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    static ExitGuard install(Cancellation cancellation) {
        ExitGuard guard = new ExitGuard(cancellation);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("signal").unstarted(guard::onShutdown));
        return guard;
    }

    private void onShutdown() {
        signalled = true;
        cancellation.cancel();
        try {
            if (ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && status == 0) {
                Runtime.getRuntime().halt(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process. */
    void exit(int exitStatus) {
        status = exitStatus;
        ended.countDown();
        if (signalled) {
            System.exit(exitStatus); // Waits for the shutdown, which knows what the process ends with.
        }
        // There is nothing left to be shut down, and exit() would look through all jars for a logger, to log the exit.
        Runtime.getRuntime().halt(exitStatus);
    }
}
