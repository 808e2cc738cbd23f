package dev.tollgate.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Eight connections rename an organization without credits in a loop. Each change would be a row for good, so a day has 1,000 of them. */
final class Growth implements Siege.Scenario {

    private static final int CONNECTIONS = 8;
    private static final int SECONDS = 20;
    private static final int CHANGES_MAX = 1_000;

    private final AtomicInteger sent = new AtomicInteger();

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "429");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            attackers.add(Thread.ofVirtual().start(() -> rename(gateway, answers, end)));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
        int made = answers.counts().getOrDefault("200", 0);
        answers.note("%d of %d changes were made".formatted(made, sent.get()), made <= CHANGES_MAX);
    }

    private void rename(Besieged gateway, Siege.Tally answers, long end) {
        try (KeptConnection connection = new KeptConnection(gateway.connect())) {
            while (System.nanoTime() < end) {
                String body = "{\"name\":\"Name %d\"}".formatted(sent.incrementAndGet());
                connection.send("PATCH /v1/organization HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + gateway.manager() + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body);
                answers.add(connection.status());
            }
        } catch (IOException e) {
            answers.add(e.getClass().getSimpleName());
        }
    }
}
