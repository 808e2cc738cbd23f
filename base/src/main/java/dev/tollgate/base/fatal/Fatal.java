package dev.tollgate.base.fatal;

import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process if the program cannot continue. Memory that the JVM itself finds missing is left to its own flag
 * ({@code -XX:+ExitOnOutOfMemoryError}); what Java code throws under the same name (direct buffers, Netty's, an array that is too long), and a
 * JVM that was started without the flag, end here.
 *
 * <p>Code that catches everything passes it to {@link #check} first. Uncaught errors reach the handler that {@link #endProcess} installs.
 */
public final class Fatal {

    /** The JVM's own exit code when it is out of memory. */
    public static final int EXIT_CODE = 3;

    /** Causes of causes; one may be its own. */
    private static final int CAUSES_MAX = 20;

    /** Made beforehand: later there may be no memory for it. */
    private static final byte[] LAST_WORDS = ("tollgate: the process ends, since it cannot go on after this error;"
                    + " its next start gives back what running calls hold\n")
            .getBytes(StandardCharsets.UTF_8);

    private static final FileOutputStream ERR = new FileOutputStream(FileDescriptor.err);

    private Fatal() {}

    /** The end of what must not end. */
    private static final class Ended extends Error {

        private static final long serialVersionUID = 1;

        Ended(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Installs the handler that ends the process on a fatal error.
     *
     * @param others receives other errors that have ended a thread, on that thread
     */
    public static void endProcess(Thread.UncaughtExceptionHandler others) {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            if (isFatal(error)) {
                endProcess(thread, error);
            }
            others.uncaughtException(thread, error);
        });
    }

    /** A stack that was too deep is the fault of what was read, not of the process. */
    private static boolean isFatal(Throwable error) {
        Throwable cause = error;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (cause instanceof Ended || (cause instanceof VirtualMachineError && !isDeep(cause))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isDeep(Throwable error) {
        return error instanceof StackOverflowError;
    }

    /** Ends the process without a logger, which may need more memory, or wait for a lock that is held by who needs it. */
    @SuppressWarnings("SystemOut")
    private static void endProcess(Thread thread, Throwable error) {
        try {
            ERR.write(LAST_WORDS);
            System.err.println("tollgate: in the thread " + thread.getName() + ": " + error);
            error.printStackTrace();
        } catch (IOException | OutOfMemoryError e) {
            // It has been said as well as it could be.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE); // hooks would wait for what has ended
        }
    }

    /** Checks a caught throwable of any type, and returns if the process may continue. */
    public static void check(Throwable caught) {
        if (isFatal(caught)) {
            tell(caught);
        }
    }

    /**
     * Returns the end of a connection that was refused a direct buffer, by Netty or by Java; null for anything else. Heap and threads are as they were,
     * and what other connections give back serves the next one.
     */
    public static @Nullable IOException refusedBuffer(@Nullable Throwable caught) {
        Throwable cause = caught;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (cause instanceof OutOfDirectMemoryError
                    || cause instanceof OutOfMemoryError && isOfDirectMemory(cause)) {
                return new IOException("there is no direct memory for it: " + cause.getMessage());
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static boolean isOfDirectMemory(Throwable error) {
        String message = error.getMessage();
        return message != null && message.startsWith("Cannot reserve ") && message.contains("direct buffer memory");
    }

    /** Ends the process. @param what has happened, for the operator */
    public static void end(String what, @Nullable Throwable cause) {
        tell(new Ended(what, cause));
    }

    private static void tell(Throwable fatal) {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null) {
            handler.uncaughtException(thread, fatal);
        }
    }

    /** Returns the work of a lasting thread: an error that ends it ends the process. */
    public static Runnable lasting(String name, Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (Throwable e) {
                end(name + " has ended", e);
                throw e;
            }
        };
    }
}
