package dev.tollgate.testing;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * What keeping and finding thought signatures costs: {@code SignatureCost sqlite|postgresql ROWS}. Not a test: a machine that does
 * nothing else is needed for figures.
 */
final class SignatureCost {

    private static final String SIGNATURE = "c2lnbmF0dXJl".repeat(170); // 2 KB
    private static final int AT_ONCE = 64;
    private static final int STEPS = 20;
    private static final int ROUNDS = 2_000;

    private SignatureCost() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("signature-cost");
        int rows = Integer.parseInt(args[1]);
        try (CallsFixture store =
                Stores.valueOf(args[0].toUpperCase(Locale.ROOT)).open(folder, CallsFixture::new)) {
            store.account("acc_1", 1_000_000_000L);
            for (int round = 0; round < 4; round++) {
                System.out.printf("settled without: %.1f us CPU%n", settle(store, rows, round, false));
                System.out.printf("settled with:    %.1f us CPU%n", settle(store, rows, round, true));
            }
            for (int round = 0; round < 4; round++) {
                find(store, rows - STEPS);
            }
        }
        System.exit(0);
    }

    private static double settle(CallsFixture store, int rows, int round, boolean signs) {
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String id = "t" + round + signs + i;
            tasks.add(id);
            store.writer
                    .commit(Unit.of(store.reserveChange(id, "acc_1", 10, 10)))
                    .join();
        }
        List<CompletableFuture<Unit>> running = new ArrayList<>();
        long cpu = cpuNanos();
        for (int i = 0; i < rows; i++) {
            Settle settle = Ended.settle(tasks.get(i), 10, store.now());
            List<Change> unit = new ArrayList<>(List.of(settle));
            if (signs) {
                unit.addAll(store.signatures.keeping(settle, "acc_1", "m3", "main", List.of(call(i))));
            }
            running.add(store.writer.commit(Unit.of(unit)));
            if (running.size() == AT_ONCE) {
                running.forEach(CompletableFuture::join);
                running.clear();
            }
        }
        running.forEach(CompletableFuture::join);
        return (cpuNanos() - cpu) / 1e3 / rows;
    }

    /** The latest, which an account's share still holds. */
    private static void find(CallsFixture store, int first) {
        List<Message> messages = new ArrayList<>();
        for (int i = first; i < first + STEPS; i++) {
            SignedPart.Call call = call(i);
            Message.ToolCall shown = new Message.ToolCall(call.id(), call.name(), call.arguments(), null);
            messages.add(new Message.Assistant(Place.NONE, null, List.of(shown), null));
        }
        long cpu = cpuNanos();
        long start = System.nanoTime();
        Replay replay = Replay.NONE;
        for (int i = 0; i < ROUNDS; i++) {
            replay = store.signatures.find("acc_1", channel -> "m3", messages);
        }
        System.out.printf(
                "%d calls looked up (%d bytes found): %.1f us, %.1f us CPU%n",
                STEPS, replay.bytes(), (System.nanoTime() - start) / 1e3 / ROUNDS, (cpuNanos() - cpu) / 1e3 / ROUNDS);
    }

    private static SignedPart.Call call(int number) {
        return new SignedPart.Call(
                "up" + number,
                "next_step",
                "{\"step\":" + number + ",\"note\":\"a note\"}",
                true,
                "up" + number,
                SIGNATURE);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
