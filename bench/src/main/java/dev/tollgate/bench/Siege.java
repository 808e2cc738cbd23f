package dev.tollgate.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Attacks a gateway with one scenario after the other while a victim goes on making small calls, one every {@value #VICTIM_MILLIS} ms whatever
 * became of the one before, and prints what became of both. Bounded: each scenario ends by itself, or is left after {@value
 * #SCENARIO_SECONDS_MAX} s.
 */
final class Siege {

    private static final int VICTIM_MILLIS = 50;
    private static final int QUIET_SECONDS = 5;
    private static final int SCENARIO_SECONDS_MAX = 180;
    private static final Duration P99_MAX = Duration.ofSeconds(1);

    private final Besieged gateway;
    private final PrintStream out;

    Siege(Besieged gateway, PrintStream out) {
        this.gateway = gateway;
        this.out = out;
    }

    /** What is done to the gateway. */
    interface Scenario {

        String name();

        /** What the attack needs, made before the victim begins. */
        default void prepare(Besieged gateway) throws InterruptedException {}

        /** What attackers may be answered. */
        default Set<String> allowed() {
            return Set.of("200", "400", "402", "408", "413", "503");
        }

        /** What the victim does besides its small calls. */
        default Errands.@Nullable Errand errand() {
            return null;
        }

        /** Attacks until it is done or interrupted. Each answer to an attacker is counted. */
        void attack(Besieged gateway, Tally answers) throws InterruptedException;
    }

    /** @return whether every attacker was answered, every call of the victim was, and its p99 was below a second */
    boolean run(List<Scenario> scenarios) throws Exception {
        out.printf(
                "%-24s %9s %9s %9s %7s %7s  %s%n",
                "scenario", "p50 ms", "p99 ms", "max ms", "calls", "failed", "attackers");
        boolean held = quiet("quiet");
        for (Scenario scenario : scenarios) {
            held &= besiege(scenario);
        }
        return held & quiet("quiet again");
    }

    private boolean quiet(String name) throws Exception {
        try (Victim victim = new Victim(gateway, VICTIM_MILLIS)) {
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
            return print(name, victim.stop(), P99_MAX, "");
        }
    }

    private boolean besiege(Scenario scenario) throws Exception {
        scenario.prepare(gateway);
        Tally answers = new Tally();
        Errands.Errand errand = scenario.errand();
        if (errand != null) {
            print("  " + errand.name() + ", alone", alone(errand), Duration.ofMillis(errand.withinMillis()), "");
        }
        try (Victim victim = new Victim(gateway, VICTIM_MILLIS);
                Errands errands = errand == null ? null : new Errands(errand, gateway)) {
            boolean held = attack(scenario, answers);
            held &= scenario.allowed().containsAll(answers.counts().keySet());
            held &= print(
                    scenario.name(), victim.stop(), P99_MAX, answers.counts().toString());
            if (errand != null && errands != null) {
                held &= print("  " + errand.name(), errands.stop(), Duration.ofMillis(errand.withinMillis()), "");
            }
            answers.notes().forEach(note -> out.println("                         " + note));
            out.printf("%-24s heap after a collection: %d MB%n", "", gateway.heapMegabytes());
            return held && !answers.missed();
        }
    }

    /** Returns the times of an errand while no attack runs. */
    private Victim.Figures alone(Errands.Errand errand) throws InterruptedException {
        try (Errands errands = new Errands(errand, gateway)) {
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
            return errands.stop();
        }
    }

    /** @return whether it came to its end */
    private boolean attack(Scenario scenario, Tally answers) throws InterruptedException {
        List<Exception> failure = new ArrayList<>();
        Thread attack = Thread.ofVirtual().start(() -> {
            try {
                scenario.attack(gateway, answers);
            } catch (InterruptedException | RuntimeException e) {
                failure.add(e);
            }
        });
        boolean ended = attack.join(Duration.ofSeconds(SCENARIO_SECONDS_MAX)) && failure.isEmpty();
        if (!ended) {
            attack.interrupt();
            out.println(scenario.name() + " did not come to its end " + failure);
        }
        return ended;
    }

    private boolean print(String name, Victim.Figures victim, Duration p99Max, String attackers) {
        out.printf(
                "%-24s %9.1f %9.1f %9.1f %7d %7d  %s%n",
                name,
                victim.p50Nanos() / 1e6,
                victim.p99Nanos() / 1e6,
                victim.maxNanos() / 1e6,
                victim.calls(),
                victim.failed(),
                attackers);
        return victim.failed() == 0 && victim.p99Nanos() < p99Max.toNanos();
    }

    /** How often attackers were answered what; a word where they were not answered. */
    static final class Tally {
        private final Map<String, Integer> counts = new java.util.TreeMap<>();
        private final List<String> notes = new ArrayList<>();
        private boolean missed;

        synchronized void add(String what) {
            counts.merge(what, 1, Integer::sum);
        }

        synchronized Map<String, Integer> counts() {
            return new java.util.TreeMap<>(counts);
        }

        /** A figure of the scenario's own. */
        synchronized void note(String note, boolean asItShould) {
            notes.add(note + (asItShould ? "" : ": MISSED"));
            missed |= !asItShould;
        }

        synchronized List<String> notes() {
            return List.copyOf(notes);
        }

        synchronized boolean missed() {
            return missed;
        }
    }
}
