package dev.tollgate.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * The test class that a thread works for while classes run in parallel: the class whose thread has started it, virtual threads and a server's
 * threads included. What a test or its class has borrowed is returned when it ends. Registered for all classes.
 */
public final class TestScope implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private static final ExtensionContext.Namespace BORROWED = ExtensionContext.Namespace.create(TestScope.class);

    private static final InheritableThreadLocal<Object> CURRENT = new InheritableThreadLocal<>();

    static {
        LoggerFactory.getILoggerFactory(); // a thread that asks while another makes the value gets a stand-in
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        CURRENT.set(context.getRequiredTestClass());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(BORROWED).put("before", Postgres.lent(CURRENT.get()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Postgres.giveBack(CURRENT.get(), context.getStore(BORROWED).get("before", Integer.class));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Postgres.giveBack(CURRENT.get(), 0);
    }

    /** Null in a thread that works for none, or for all. */
    static Object current() {
        return CURRENT.get();
    }
}
