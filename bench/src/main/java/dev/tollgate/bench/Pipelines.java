package dev.tollgate.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Twenty accounts, with credits and without, send 150 requests ahead over one connection, again and again for 15 s: questions for the balance
 * and for a receipt that is not there, in an order that chance has made, so that the statuses show an answer out of turn.
 */
final class Pipelines implements Siege.Scenario {

    private static final int AHEAD = 150;
    private static final int SECONDS = 15;

    @Override
    public String name() {
        return "pipeline";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "404");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> keys = new ArrayList<>(gateway.rich());
        keys.addAll(gateway.poor());
        List<Thread> attackers = new ArrayList<>();
        for (String key : keys) {
            attackers.add(Thread.ofVirtual().start(() -> {
                Random random = new Random(key.hashCode());
                while (System.nanoTime() < end) {
                    sendAhead(gateway, key, random, answers);
                }
            }));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
    }

    private static void sendAhead(Besieged gateway, String key, Random random, Siege.Tally answers) {
        StringBuilder requests = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < AHEAD; i++) {
            boolean balance = random.nextBoolean();
            requests.append(KeptConnection.get(balance ? "/v1/credits" : "/v1/receipts/none", "Bearer " + key));
            expected.add(balance ? "200" : "404");
        }
        try (KeptConnection connection = new KeptConnection(gateway.connect())) {
            connection.send(requests.toString());
            for (String next : expected) {
                String status = connection.status();
                answers.add(status.equals(next) ? status : status + " in place of " + next);
            }
        } catch (IOException e) {
            answers.add(e.getClass().getSimpleName());
        }
    }
}
