package berth.migration;

import berth.block.Fill;
import berth.block.MigrationStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Stands before a store and makes what a test wants go wrong: fills are replaced, and steps fail once. */
final class FaultyStore {
    private final MigrationStore to;
    private final Map<String, RuntimeException> failures = new ConcurrentHashMap<>();
    private UnaryOperator<Fill> fills = UnaryOperator.identity();

    FaultyStore(MigrationStore to) {
        this.to = to;
    }

    /** The store as its users see it. */
    MigrationStore store() {
        return (MigrationStore) Proxy.newProxyInstance(
                MigrationStore.class.getClassLoader(),
                new Class<?>[] {MigrationStore.class},
                (proxy, method, arguments) -> call(method, arguments));
    }

    /** From now on, each fill that is opened is replaced. */
    void replaceFills(UnaryOperator<Fill> replacement) {
        fills = replacement;
    }

    /** The next call of a method fails, before it does anything. */
    void failOnce(String method, RuntimeException failure) {
        failures.put(method, failure);
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        RuntimeException failure = failures.remove(method.getName());
        if (failure != null) {
            throw failure;
        }
        try {
            Object result = method.invoke(to, arguments);
            return result instanceof Fill fill ? fills.apply(fill) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
