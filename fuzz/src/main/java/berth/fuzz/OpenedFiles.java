package berth.fuzz;

import com.code_intelligence.jazzer.api.HookType;
import com.code_intelligence.jazzer.api.MethodHook;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Watches every opening of a file by Berth while Jazzer runs a target. A target may open none that it does not allow. */
public final class OpenedFiles {
    private static volatile Predicate<Path> allowed = _ -> false;

    private OpenedFiles() {}

    /** From now on only these files may be opened. */
    static void allow(Predicate<Path> files) {
        allowed = files;
    }

    /** Called with each file that is opened, or tried to be. */
    static void opened(Path file) {
        if (!allowed.test(file)) {
            throw new BrokenPromise("it opened " + file);
        }
    }

    /** Called before each call of {@code PosixFile.open}; the arguments are what Jazzer passes to every hook. */
    @MethodHook(type = HookType.BEFORE, targetClassName = "berth.posix.PosixFile", targetMethod = "open")
    public static void beforeOpen(MethodHandle method, @Nullable Object instance, Object[] arguments, int hook) {
        opened((Path) arguments[0]);
    }

    /** The same for the JDK's ways to open a file that Berth uses. */
    @MethodHook(type = HookType.BEFORE, targetClassName = "java.nio.file.Files", targetMethod = "newInputStream")
    @MethodHook(type = HookType.BEFORE, targetClassName = "java.nio.file.Files", targetMethod = "newByteChannel")
    @MethodHook(type = HookType.BEFORE, targetClassName = "java.nio.file.Files", targetMethod = "readAllBytes")
    @MethodHook(type = HookType.BEFORE, targetClassName = "java.nio.file.Files", targetMethod = "readString")
    @MethodHook(type = HookType.BEFORE, targetClassName = "java.nio.channels.FileChannel", targetMethod = "open")
    public static void beforeRead(MethodHandle method, @Nullable Object instance, Object[] arguments, int hook) {
        opened((Path) arguments[0]);
    }
}
