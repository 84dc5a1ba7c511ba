package berth.cli.call;

import berth.block.Progress;
import berth.server.Cancellation;

/**
 * Shows how far an operation is, in the form of {@code rbd}: {@code Removing image: 37% complete...} in one line that
 * changes on a terminal, else one line at its end and now and then before. It also ends the operation when the command
 * is cancelled. Safe for use by several threads.
 */
public final class ProgressLine implements Progress {
    private static final long QUIET_PERIOD_NANOS = 10_000_000_000L;
    private static final long REFRESH_NANOS = 200_000_000L;

    private final Console console;
    private final Cancellation cancellation;
    private final String label;
    private final boolean shown;
    private int percent;
    private int printedLength;
    private long printedAt = System.nanoTime();
    private boolean ended;

    /**
     * @param console where it is printed
     * @param cancellation ends the operation
     * @param label what is done, for example {@code Removing image}
     * @param shown whether anything is printed at all
     */
    public ProgressLine(Console console, Cancellation cancellation, String label, boolean shown) {
        this.console = console;
        this.cancellation = cancellation;
        this.label = label;
        this.shown = shown;
    }

    @Override
    public boolean update(long done, long total) {
        advance(total <= 0 ? 0 : (int) Math.min(100, (double) done / total * 100), "");
        return !cancellation.isCancelled();
    }

    /**
     * Like {@link #update}, with more to say.
     *
     * @param percentNow 0 to 100
     * @param detail what follows the percentage, for example the rate
     * @return whether to go on
     */
    public boolean update(int percentNow, String detail) {
        advance(percentNow, detail);
        return !cancellation.isCancelled();
    }

    private synchronized void advance(int now, String detail) {
        if (!shown || ended || (now == percent && detail.isEmpty())) {
            return;
        }
        long time = System.nanoTime();
        boolean due = console.terminal()
                ? now != percent || time - printedAt >= REFRESH_NANOS
                : time - printedAt >= QUIET_PERIOD_NANOS;
        percent = now;
        if (due) {
            print(percent + "% complete" + detail + "...", !console.terminal());
            printedAt = time;
        }
    }

    /** The operation has succeeded. */
    public synchronized void done() {
        end("100% complete...done.");
    }

    /** The operation has failed. */
    public synchronized void failed() {
        end(percent + "% complete...failed.");
    }

    private void end(String text) {
        if (shown && !ended) {
            print(text, true);
        }
        ended = true;
    }

    /** On a terminal each text overwrites the one before it, to its last character. */
    private void print(String text, boolean wholeLine) {
        String line = label + ": " + text;
        if (console.terminal()) {
            String padding = " ".repeat(Math.max(0, printedLength - line.length()));
            console.error("\r" + line + padding + (wholeLine ? "\n" : ""));
            printedLength = line.length();
        } else {
            console.error(line + "\n");
        }
    }
}
