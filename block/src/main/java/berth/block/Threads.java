package berth.block;

/** Waiting for threads. */
public final class Threads {
    private Threads() {}

    /** Waits until a thread has ended. An interrupt does not end the wait; it is there again afterwards. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
