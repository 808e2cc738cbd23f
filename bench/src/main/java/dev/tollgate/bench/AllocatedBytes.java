package dev.tollgate.bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What another JVM of this machine and user has allocated on its heap since it started: by all its threads, those that have ended and the
 * carriers of virtual threads included, whatever was collected since. It is asked through its own management agent, so that it needs no flag;
 * a question makes it allocate some tens of KB itself.
 */
final class AllocatedBytes {
    private static final String ATTRIBUTE = "TotalThreadAllocatedBytes";

    /** RMI itself would wait for a JVM that hangs. */
    private static final int ANSWER_SECONDS = 10;

    private final MBeanServerConnection jvm;
    private final ObjectName threads;

    private AllocatedBytes(MBeanServerConnection jvm, ObjectName threads) {
        this.jvm = jvm;
        this.threads = threads;
    }

    /** Connects for as long as both processes live; throws if the JVM allows no attachment, or is older than 21. */
    static AllocatedBytes of(long pid) throws IOException {
        try {
            JMXServiceURL agent = new JMXServiceURL(agent(pid));
            AllocatedBytes bytes = new AllocatedBytes(
                    JMXConnectorFactory.connect(agent).getMBeanServerConnection(),
                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME));
            bytes.ask();
            return bytes;
        } catch (AttachNotSupportedException | JMException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String agent(long pid) throws IOException, AttachNotSupportedException {
        VirtualMachine jvm = VirtualMachine.attach(Long.toString(pid));
        try {
            return jvm.startLocalManagementAgent();
        } finally {
            jvm.detach();
        }
    }

    /** Never falls; throws where the JVM has ended, or does not answer within ten seconds. */
    long read() {
        try {
            return CompletableFuture.supplyAsync(this::askUnchecked)
                    .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the gateway's JVM no longer says what it allocates", e);
        }
    }

    private long askUnchecked() {
        try {
            return ask();
        } catch (IOException | JMException e) {
            throw new CompletionException(e);
        }
    }

    private long ask() throws IOException, JMException {
        return (Long) jvm.getAttribute(threads, ATTRIBUTE);
    }
}
