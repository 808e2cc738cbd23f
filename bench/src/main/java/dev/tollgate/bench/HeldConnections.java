package dev.tollgate.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address opens 8,000 connections, asks once over each and holds what it is let have for ten seconds, then asks over each again. The
 * victim, at another address, opens one for each of its calls.
 */
final class HeldConnections implements Siege.Scenario {

    private static final String ADDRESS = "127.0.0.2";
    private static final int ATTEMPTS = 8_000;
    private static final int AT_ONCE = 32;
    private static final int SECONDS = 10;

    /** A quarter of the default of limits.connections. */
    private static final int SHARE = 16_384 / 4;

    private static final String REQUEST = KeptConnection.get("/health/live", "");

    @Override
    public String name() {
        return "connections";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "closed");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        Queue<KeptConnection> held = new ConcurrentLinkedQueue<>();
        AtomicInteger left = new AtomicInteger(ATTEMPTS);
        try {
            atOnce(() -> {
                while (left.decrementAndGet() >= 0) {
                    answers.add(open(gateway, held));
                }
            });
            TimeUnit.SECONDS.sleep(SECONDS);
            int count = held.size();
            Queue<KeptConnection> asked = new ConcurrentLinkedQueue<>(held);
            AtomicInteger answered = new AtomicInteger();
            atOnce(() -> {
                for (KeptConnection one = asked.poll(); one != null; one = asked.poll()) {
                    answered.addAndGet(isAnswered(one) ? 1 : 0);
                }
            });
            answers.note(
                    "%s was let have %d of %d connections (share %d), %d were answered again after %d s"
                            .formatted(ADDRESS, count, ATTEMPTS, SHARE, answered.get(), SECONDS),
                    count <= SHARE && answered.get() == count);
        } finally {
            close(held);
        }
    }

    private static void atOnce(Runnable work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            threads.add(Thread.ofVirtual().start(work));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Whether a connection that is one too many ends by FIN or RST is a matter of who was faster. */
    private static String open(Besieged gateway, Collection<KeptConnection> held) {
        KeptConnection connection;
        try {
            connection = new KeptConnection(gateway.connect(ADDRESS));
        } catch (IOException e) {
            return "not connected";
        }
        try {
            connection.send(REQUEST);
            String status = connection.status();
            held.add(connection);
            return status;
        } catch (IOException e) {
            close(List.of(connection));
            return e instanceof java.net.SocketTimeoutException ? "silence" : "closed";
        }
    }

    private static boolean isAnswered(KeptConnection connection) {
        try {
            connection.send(REQUEST);
            return connection.status().equals("200");
        } catch (IOException e) {
            return false;
        }
    }

    private static void close(Collection<KeptConnection> connections) {
        for (KeptConnection connection : connections) {
            try {
                connection.close();
            } catch (IOException e) {
                // it is gone all the same
            }
        }
    }
}
