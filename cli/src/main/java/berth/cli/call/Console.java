package berth.cli.call;

import berth.server.CommandIo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A command's standard streams for text and bytes. Text is UTF-8. Safe for use by several threads. */
public final class Console {
    private static final int BUFFER_CHARACTERS = 1 << 15;

    private final CommandIo io;
    private final boolean terminal;
    private final StringBuilder buffer = new StringBuilder();

    /**
     * @param io the streams
     * @param terminal whether standard error is a terminal
     */
    public Console(CommandIo io, boolean terminal) {
        this.io = io;
        this.terminal = terminal;
    }

    /** Whether standard error is a terminal. */
    public boolean terminal() {
        return terminal;
    }

    /** Prints text on standard output, at the latest when the command ends. */
    public synchronized void print(String text) {
        buffer.append(text);
        if (buffer.length() >= BUFFER_CHARACTERS) {
            flush();
        }
    }

    /** Prints a line on standard output. */
    public void println(String line) {
        print(line);
        print("\n");
    }

    /** Prints text on standard error at once, after what was printed on standard output before. */
    public synchronized void error(String text) {
        flush();
        try {
            io.err().write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new OutputGone(e);
        }
    }

    /** Prints a line on standard error that begins with the program's name. */
    public void complain(String line) {
        error("berth: " + line + "\n");
    }

    /** Sends off what was printed. @throws OutputGone when the reader is gone */
    public synchronized void flush() {
        if (buffer.isEmpty()) {
            return;
        }
        byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
        buffer.setLength(0);
        try {
            io.out().write(bytes);
        } catch (IOException e) {
            throw new OutputGone(e);
        }
    }

    /** Standard output for bytes, unbuffered. */
    public synchronized OutputStream out() {
        flush();
        return io.out();
    }

    /** Standard input, unbuffered. */
    public InputStream in() {
        return io.in();
    }
}
