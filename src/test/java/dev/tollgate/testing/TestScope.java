package dev.tollgate.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Which test class a thread works for, while others run beside it: a thread works for the class whose thread has started it, virtual ones and
 * a server's own included. What a test or its class has borrowed goes back when it is over. Registered for all classes.
 */
public final class TestScope implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private static final ExtensionContext.Namespace BORROWED = ExtensionContext.Namespace.create(TestScope.class);

    private static final InheritableThreadLocal<Object> CURRENT = new InheritableThreadLocal<>();

    static {
        LoggerFactory.getILoggerFactory(); // whoever asks while another thread makes it gets one that stands in for it
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
