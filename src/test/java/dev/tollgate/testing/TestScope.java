package dev.tollgate.testing;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Which test class a thread works for, while others run beside it: a thread works for the class whose thread has started it, virtual ones and
 * a server's own included. Registered for all classes.
 */
public final class TestScope implements BeforeAllCallback {

    private static final InheritableThreadLocal<Object> CURRENT = new InheritableThreadLocal<>();

    static {
        LoggerFactory.getILoggerFactory(); // whoever asks while another thread makes it gets one that stands in for it
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        CURRENT.set(context.getRequiredTestClass());
    }

    /** Null in a thread that works for none, or for all. */
    static Object current() {
        return CURRENT.get();
    }
}
