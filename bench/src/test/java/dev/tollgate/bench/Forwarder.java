package dev.tollgate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes both ways and closes the upstream's connection a while after its caller has closed. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService closing = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger connections = new AtomicInteger();
    private final int upstreamPort;
    private final int delayMillis;
    private volatile int limit;
    private volatile Runnable atLimit = () -> {};

    Forwarder(int upstreamPort, int delayMillis) throws IOException {
        this.upstreamPort = upstreamPort;
        this.delayMillis = delayMillis;
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Runs {@code what} when so many connections have come. */
    void afterConnections(int count, Runnable what) {
        atLimit = what;
        limit = count;
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = server.accept();
                if (connections.incrementAndGet() == limit) {
                    atLimit.run();
                }
                threads.execute(() -> forward(caller));
            }
        } catch (IOException | RejectedExecutionException closed) {
            // the test is over
        }
    }

    private void forward(Socket caller) {
        try (caller;
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
            threads.execute(() -> pass(upstream, caller));
            pass(caller, upstream);
            closing.schedule(() -> {}, delayMillis, TimeUnit.MILLISECONDS).get();
        } catch (Exception over) {
            // either side has gone, as it may
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException gone) {
            // either side has gone, as it may
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closing.shutdownNow();
        threads.shutdownNow();
    }
}
