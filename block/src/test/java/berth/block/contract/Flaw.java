package berth.block.contract;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.DiffSink;
import berth.block.DiskUsage;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.ObjectDigest;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mistakes that a store can make. Each one put into a store that makes none must be noticed by the oracle. */
@SuppressWarnings("ImmutableEnumChecker") // The behaviours are lambdas that hold nothing.
enum Flaw {
    DISCARD_IS_FORGOTTEN("discard", call -> null),
    ZEROES_ARE_FORGOTTEN("writeZeroes", call -> null),
    DISCARD_TAKES_WHOLE_BLOCKS("discard", call -> {
        long offset = (long) call.arg(0);
        long within = offset % SparseBytes.BLOCK;
        return call.with(offset - within, (long) call.arg(1) + within);
    }),
    WRITES_LOSE_THEIR_LAST_BYTE("write", call -> {
        ByteBuffer bytes = (ByteBuffer) call.arg(1);
        int cut = bytes.remaining() > SparseBytes.BLOCK ? 1 : 0;
        call.with(call.arg(0), bytes.duplicate().limit(bytes.limit() - cut));
        bytes.position(bytes.limit());
        return null;
    }),
    SNAPSHOTS_SHOW_WHAT_IS_NOW(
            "open",
            call -> call.arg(0) instanceof SnapshotSpec spec
                    ? ((MigrationStore) call.target()).open(spec.image(), Access.READ_ONLY)
                    : call.proceed()),
    ROLLBACK_IS_FORGOTTEN("rollback", call -> null),
    ROLLBACK_KEEPS_THE_SIZE("rollback", call -> {
        long size = ((Image) call.target()).size();
        call.proceed();
        ((Image) call.target()).resize(size, true, Progress.NONE);
        return null;
    }),
    GROWTH_SHOWS_OLD_BYTES("resize", call -> {
        Image image = (Image) call.target();
        long old = image.size();
        call.proceed();
        if (image.size() > old) {
            image.write(old, ByteBuffer.wrap(new byte[] {1}));
        }
        return null;
    }),
    DIFF_LEAVES_OUT_ZEROES("diff", call -> {
        DiffSink sink = (DiffSink) call.arg(3);
        DiffSink picky = (offset, length, exists) -> {
            if (exists) {
                sink.accept(offset, length, true);
            }
        };
        return call.with(call.arg(0), call.arg(1), call.arg(2), picky);
    }),
    DIFF_REPORTS_EVERYTHING("diff", call -> {
        long length = (long) call.arg(2);
        if (length > 0) {
            ((DiffSink) call.arg(3)).accept((long) call.arg(1), length, true);
        }
        return null;
    }),
    DIFF_REPORTS_NOTHING("diff", call -> null),
    ALL_IS_DATA("extents", call -> oneExtent(call, Extent.Kind.DATA)),
    ALL_IS_UNALLOCATED("extents", call -> oneExtent(call, Extent.Kind.UNALLOCATED)),
    PROTECTION_IS_FORGOTTEN("protectSnapshot", call -> null),
    REFUSAL_IS_OF_ANOTHER_KIND("resize", call -> {
        try {
            return call.proceed();
        } catch (BlockException e) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "no");
        }
    }),
    CLONE_STARTS_EMPTY("clone", call -> {
        ImageInfo made = (ImageInfo) call.proceed();
        discardAll((MigrationStore) call.target(), made.spec());
        return made;
    }),
    CHILDREN_ARE_FORGOTTEN("children", call -> List.of()),
    FLATTEN_LOSES_THE_PARENTS_BYTES("flatten", call -> {
        call.proceed();
        ((Image) call.target()).discard(0, ((Image) call.target()).size());
        return null;
    }),
    ABORT_LOSES_WHAT_WAS_WRITTEN("abortMigration", call -> {
        MigrationStore store = (MigrationStore) call.target();
        discardAll(store, store.migration((ImageSpec) call.arg(0)).target());
        return call.proceed();
    }),
    COMMIT_LOSES_BYTES("commitMigration", call -> {
        MigrationStore store = (MigrationStore) call.target();
        ImageSpec target = store.migration((ImageSpec) call.arg(0)).target();
        call.proceed();
        discardAll(store, target);
        return null;
    }),
    ATTRIBUTES_ARE_FORGOTTEN("update", call -> call.with(call.arg(0), call.arg(1), Map.of())),
    WHAT_IS_READ_AGAIN_DIFFERS("reread", call -> new ObjectDigest(1, 2)),
    USAGE_IS_NOT_COUNTED("usage", call -> new DiskUsage(((Image) call.target()).size(), 0));

    /** A call of a method of a store, an image or a fill. */
    record Call(Object target, Method method, List<Object> args) {
        Object arg(int index) {
            return args.get(index);
        }

        @Nullable
        Object proceed() throws Throwable {
            return with(args.toArray());
        }

        @Nullable
        Object with(Object... otherArgs) throws Throwable {
            try {
                return method.invoke(target, otherArgs);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** Does a call in its own way. */
    @FunctionalInterface
    private interface Behaviour {
        @Nullable
        Object call(Call call) throws Throwable;
    }

    private final String method;
    private final Behaviour behaviour;

    Flaw(String method, Behaviour behaviour) {
        this.method = method;
        this.behaviour = behaviour;
    }

    /** A store that makes this mistake and no other. */
    MigrationStore in(MigrationStore store) {
        return wrap(MigrationStore.class, store);
    }

    private <T> T wrap(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, args) -> {
            Call call = new Call(target, called, args == null ? List.of() : List.of(args));
            Object result = called.getName().equals(method) ? behaviour.call(call) : call.proceed();
            return switch (result) {
                case Image image -> wrap(Image.class, image);
                case Fill fill -> wrap(Fill.class, fill);
                case null, default -> result;
            };
        }));
    }

    private static @Nullable Object oneExtent(Call call, Extent.Kind kind) {
        long length = (long) call.arg(1);
        if (length > 0) {
            ((ExtentSink) call.arg(2)).accept((long) call.arg(0), length, kind);
        }
        return null;
    }

    private static void discardAll(MigrationStore store, ImageSpec spec) {
        try (Image image = store.open(spec, Access.READ_WRITE)) {
            image.discard(0, image.size());
        }
    }
}
