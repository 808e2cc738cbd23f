package dev.tollgate.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Eight keys of one account with 3,000 calls ask for a page of a thousand receipts or tasks, four at a time each, for 20 s. The victim asks for
 * something small of its own.
 */
final class ReceiptPages implements Siege.Scenario {

    private static final int RECEIPTS = 3_000;
    private static final int AT_ONCE = 4;
    private static final int SECONDS = 20;
    private static final int PAUSE_MILLIS = 50;
    private static final int WITHIN_MILLIS = 1_000;

    private final String name;
    private final String attacked;
    private final String victims;

    /**
     * @param attacked the path that attackers ask for
     * @param victims the path that the victim requests
     */
    ReceiptPages(String name, String attacked, String victims) {
        this.name = name;
        this.attacked = attacked;
        this.victims = victims;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "503");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand(victims, PAUSE_MILLIS, WITHIN_MILLIS, gateway -> gateway.get(victims, Main.KEY));
    }

    @Override
    public void prepare(Besieged gateway) throws InterruptedException {
        int each = RECEIPTS / (gateway.shared().size() * AT_ONCE) + 1;
        Siege.Tally answers = new Siege.Tally();
        onEach(gateway, key -> {
            for (int i = 0; i < each; i++) {
                answers.add(gateway.post("/v1/chat/completions", key, "", Victim.BODY));
            }
        });
        if (!answers.counts().keySet().equals(Set.of("200"))) {
            throw new IllegalStateException("calls that should make receipts were answered " + answers.counts());
        }
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        onEach(gateway, key -> {
            while (System.nanoTime() < end) {
                String status = gateway.get(attacked, key);
                answers.add(status);
                if (!status.equals("200")) {
                    pause();
                }
            }
        });
    }

    /** Earlier than the server asked, but late enough that refusals alone do not keep the machine busy. */
    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void onEach(Besieged gateway, Consumer<String> work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (String key : gateway.shared()) {
            for (int i = 0; i < AT_ONCE; i++) {
                threads.add(Thread.ofVirtual().start(() -> work.accept(key)));
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
