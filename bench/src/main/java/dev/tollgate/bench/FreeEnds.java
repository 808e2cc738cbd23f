package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Text completions and summaries that the model answers with a call, for half a minute: four at a time of each of ten accounts with credits. */
final class FreeEnds implements Siege.Scenario {

    private static final int SECONDS = 30;
    private static final int AT_ONCE = 4;
    private static final int DAY_MAX = 20;

    private static final byte[] TEXT = bytes("\"prompt\":\"%s\"}");
    private static final byte[] SUMMARY = bytes("\"input\":[{\"role\":\"user\",\"content\":\"%s\"}]}");

    private static byte[] bytes(String rest) {
        String words = "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10);
        return ("{\"model\":\"" + Kind.UNSHOWN.model() + "\"," + rest.formatted(words))
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String name() {
        return "free ends";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("400", "429");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Thread> attackers = new ArrayList<>();
        for (String key : gateway.rich()) {
            for (int i = 0; i < AT_ONCE; i++) {
                boolean isText = i % 2 == 0;
                attackers.add(Thread.ofVirtual().start(() -> {
                    while (System.nanoTime() < end) {
                        answers.add(
                                isText
                                        ? gateway.post("/v1/completions", key, "", TEXT)
                                        : gateway.post("/v1/responses/compact", key, "", SUMMARY));
                    }
                }));
            }
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
        int free = answers.counts().getOrDefault("400", 0);
        int most = gateway.rich().size() * DAY_MAX;
        answers.note(
                "%d calls were free although the upstream answered; at most %d".formatted(free, most), free <= most);
    }
}
