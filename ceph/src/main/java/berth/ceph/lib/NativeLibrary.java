package berth.ceph.lib;

import berth.block.BlockException;
import berth.block.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A shared library of the system, loaded when the first of its functions is called, for as long as the program runs. */
final class NativeLibrary {
    private final String file;
    private final String packageName;
    private volatile @Nullable SymbolLookup symbols;

    /**
     * @param file the library's file name with the version of its interface
     * @param packageName the package of Debian and Ubuntu that has it
     */
    NativeLibrary(String file, String packageName) {
        this.file = file;
        this.packageName = packageName;
    }

    /** A function, which need not exist before it is called. */
    NativeFunction function(String name) {
        return new NativeFunction(this, name);
    }

    /** @throws BlockException {@link Problem#UNSUPPORTED} when the library is missing or has no such function */
    MemorySegment address(String name) {
        return find(name)
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED,
                        file + " has no function " + name + "; a newer " + packageName + " is needed (16.2 or later)"));
    }

    /** Whether it is installed. */
    boolean isInstalled() {
        try {
            symbols();
            return true;
        } catch (BlockException _) {
            return false;
        }
    }

    /** Finds a function that older versions may lack. @throws BlockException {@link Problem#UNSUPPORTED} */
    Optional<MemorySegment> find(String name) {
        return symbols().find(name);
    }

    private SymbolLookup symbols() {
        SymbolLookup loaded = symbols;
        if (loaded == null) {
            loaded = load();
            symbols = loaded;
        }
        return loaded;
    }

    @SuppressWarnings("restricted") // loading native code is what this class is for
    private SymbolLookup load() {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "Ceph cannot be reached because " + file + " is not installed; install the package " + packageName
                            + " (apt-get install " + packageName + ")",
                    e);
        }
    }
}
