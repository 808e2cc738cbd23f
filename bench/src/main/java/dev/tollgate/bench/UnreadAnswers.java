package dev.tollgate.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Eight addresses open 3,900 connections with TCP segments of 536 bytes, ask for a script, a page of the documentation or a list of 1,000 tasks,
 * and read nothing for 20 s. Only the server's own figures tell what became of their answers.
 */
final class UnreadAnswers implements Siege.Scenario {

    private static final int TASKS = 1_000;
    private static final int SCRIPTS = 2_400;
    private static final int PAGES = 600;
    private static final int LISTS = 900;
    private static final int ADDRESSES = 8;
    private static final int SECONDS = 20;
    private static final int PROBES_A_SECOND = 20;

    /** Kubernetes' default limit for a probe. */
    private static final long LIVE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    /** A quarter of the direct memory limit at a heap of 512 MB, and what the program has open besides. */
    private static final long DIRECT_BYTES_MAX = (128 + 32) << 20;

    @Override
    public String name() {
        return "unread answers";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("asked");
    }

    @Override
    public void prepare(Besieged gateway) {
        for (int i = 0; i < TASKS; i++) {
            String status =
                    gateway.post("/v1/chat/completions", gateway.shared().getFirst(), "", Victim.BODY);
            if (!status.equals("200")) {
                throw new IllegalStateException("a call that should make a task was answered " + status);
            }
        }
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        String key = "Bearer " + gateway.shared().getFirst();
        List<SmallSegments> attackers = new ArrayList<>();
        try {
            ask(gateway, attackers, SCRIPTS, KeptConnection.get("/assets/x/playground.js", ""), answers);
            ask(gateway, attackers, PAGES, KeptConnection.get("/docs/configuration", ""), answers);
            ask(gateway, attackers, LISTS, KeptConnection.get("/v1/tasks?limit=1000", key), answers);
            long most = 0;
            Histogram live = new Histogram(3);
            for (int i = 0; i < SECONDS; i++) {
                most = Math.max(most, gateway.figure("jvm_buffer_pool_used_bytes{pool=\"direct\"}"));
                for (int probe = 0; probe < PROBES_A_SECOND; probe++) {
                    live.recordValue(liveNanos(gateway));
                    TimeUnit.MILLISECONDS.sleep(1_000 / PROBES_A_SECOND);
                }
            }
            answers.note(
                    "/health/live alone: p50 %.1f, p99 %.1f, max %.1f ms"
                            .formatted(
                                    live.getValueAtPercentile(50) / 1e6,
                                    live.getValueAtPercentile(99) / 1e6,
                                    live.getMaxValue() / 1e6),
                    live.getValueAtPercentile(99) < LIVE_NANOS_MAX);
            answers.note(
                    "at most %d MB of direct memory were in use; %d connections were closed as too much of their answers was unread"
                            .formatted(most >> 20, gateway.figure("tollgate_unread_closed_total")),
                    most < DIRECT_BYTES_MAX);
        } finally {
            attackers.forEach(SmallSegments::close);
        }
    }

    /** Asks whether the server lives, as an orchestrator does. */
    private static long liveNanos(Besieged gateway) {
        long begin = System.nanoTime();
        String status = gateway.get("/health/live", "");
        return status.equals("200") ? System.nanoTime() - begin : TimeUnit.MINUTES.toNanos(1);
    }

    private static void ask(
            Besieged gateway, List<SmallSegments> attackers, int times, String request, Siege.Tally answers) {
        for (int i = 0; i < times; i++) {
            try {
                SmallSegments attacker = new SmallSegments("127.0.0." + (2 + i % ADDRESSES), gateway.port());
                attackers.add(attacker);
                attacker.send(request);
                answers.add("asked");
            } catch (IOException e) {
                answers.add("not connected");
            }
        }
    }
}
