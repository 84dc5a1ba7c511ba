package berth.fuzz;

import com.code_intelligence.jazzer.api.HookType;
import com.code_intelligence.jazzer.api.MethodHook;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Watches every opening of a file while Jazzer runs {@link BackingChainFuzz}. */
public final class OpenedFiles {
    private OpenedFiles() {}

    /** Called before each call of {@code PosixFile.open}; the arguments are what Jazzer passes to every hook. */
    @MethodHook(type = HookType.BEFORE, targetClassName = "berth.posix.PosixFile", targetMethod = "open")
    public static void beforeOpen(MethodHandle method, @Nullable Object instance, Object[] arguments, int hook) {
        BackingChainFuzz.checkOpened((Path) arguments[0]);
    }
}
