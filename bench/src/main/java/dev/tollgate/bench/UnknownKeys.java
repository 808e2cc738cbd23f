package dev.tollgate.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random keys over 32 connections, and alternately keys without the prefix, which are refused without a look-up. What a refusal
 * takes of the gateway's CPU is compared; the victim's calls, as many next to either, are in both. Each connection comes from an address
 * of its own and ends before that has sent so many wrong keys that the server asks it to slow down.
 */
final class UnknownKeys implements Siege.Scenario {

    private static final int CONNECTIONS = 32;
    private static final int REQUESTS = 32_000;

    /** Below the 300 a minute that get a 401. */
    private static final int REQUESTS_OF_AN_ADDRESS = 250;

    private static final int ROUNDS = 5;
    private static final double MICROS_BEYOND_MAX = 20;

    private final AtomicInteger addresses = new AtomicInteger();

    @Override
    public String name() {
        return "unknown keys";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("401");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        flood(gateway, answers, "sk-");
        flood(gateway, answers, "no-");
        double[] unknown = new double[ROUNDS];
        double[] malformed = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            if (i % 2 == 0) {
                unknown[i] = flood(gateway, answers, "sk-");
                malformed[i] = flood(gateway, answers, "no-");
            } else {
                malformed[i] = flood(gateway, answers, "no-");
                unknown[i] = flood(gateway, answers, "sk-");
            }
        }
        double[] beyond = IntStream.range(0, ROUNDS)
                .mapToDouble(i -> unknown[i] - malformed[i])
                .toArray();
        double median = Figures.median(Arrays.stream(beyond));
        answers.note(
                "the gateway's CPU per 401, medians of %d rounds: %s µs for an unknown key, %s for a malformed one; %s beyond (%s)"
                        .formatted(
                                ROUNDS,
                                Figures.plain(Figures.median(Arrays.stream(unknown))),
                                Figures.plain(Figures.median(Arrays.stream(malformed))),
                                Figures.plain(median),
                                Arrays.stream(beyond).mapToObj(Figures::plain).collect(Collectors.joining(", "))),
                median <= MICROS_BEYOND_MAX);
    }

    /** @return µs of the gateway's CPU for each request */
    private double flood(Besieged gateway, Siege.Tally answers, String start) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(REQUESTS / REQUESTS_OF_AN_ADDRESS);
        long before = ProcessFigures.cpuMicros(gateway.pid());
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            attackers.add(Thread.ofVirtual().start(() -> {
                while (left.decrementAndGet() >= 0) {
                    ask(gateway, answers, start);
                }
            }));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
        return (ProcessFigures.cpuMicros(gateway.pid()) - before) / (double) REQUESTS;
    }

    private void ask(Besieged gateway, Siege.Tally answers, String start) {
        int number = addresses.getAndIncrement();
        String address = "127.1.%d.%d".formatted(number / 250 % 250 + 1, number % 250 + 1);
        try (KeptConnection connection = new KeptConnection(gateway.connect(address))) {
            for (int i = 0; i < REQUESTS_OF_AN_ADDRESS; i++) {
                connection.send(KeptConnection.get("/v1/credits", "Bearer " + start + secret()));
                answers.add(connection.status());
            }
        } catch (IOException e) {
            answers.add(e.getClass().getSimpleName());
        }
    }

    private static String secret() {
        byte[] bytes = new byte[32];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
