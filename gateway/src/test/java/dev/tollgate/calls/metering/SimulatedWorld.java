package dev.tollgate.calls.metering;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The order of events of a simulated call. Tasks on its event loop run in the order in which they were handed over. Chance picks among all other
 * possible events. Nothing runs concurrently.
 */
final class SimulatedWorld implements Executor {

    /** A fault that a collaborator of the call meets, which must never be the call's end without an end. */
    static final class Fault extends RuntimeException {
        Fault(String where) {
            super("a fault in " + where);
        }
    }

    private final Random random;
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final List<Runnable> mayHappen = new ArrayList<>();
    private final StringBuilder story = new StringBuilder();
    private final int faultAt;
    private int visits;
    private int steps;
    private @Nullable String violation;

    SimulatedWorld(long seed) {
        this.random = new Random(seed);
        this.faultAt = random.nextInt(4) == 0 ? 1 + random.nextInt(60) : Integer.MAX_VALUE;
    }

    Random random() {
        return random;
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** Each collaborator passes here wherever it may meet a fault. */
    void visit(String where) {
        tell(where);
        if (++visits == faultAt) {
            tell("! fault");
            throw new Fault(where);
        }
    }

    boolean metFault() {
        return visits >= faultAt;
    }

    void tell(String what) {
        if (story.length() < 20_000) {
            story.append(what).append('\n');
        }
    }

    String story() {
        return story.toString();
    }

    @Override
    public void execute(Runnable task) {
        loop.add(task);
    }

    /** Happens some time, once. */
    void later(Runnable event) {
        mayHappen.add(event);
    }

    /** Until nothing more can happen. */
    void run() {
        while (!loop.isEmpty() || !mayHappen.isEmpty()) {
            steps++;
            boolean next = mayHappen.isEmpty() || (!loop.isEmpty() && random.nextInt(3) > 0);
            if (next) {
                loop.remove().run();
            } else {
                mayHappen.remove(random.nextInt(mayHappen.size())).run();
            }
        }
    }

    /** How many things have happened. */
    int steps() {
        return steps;
    }

    /** A rule that was broken must not be taken for a fault of a collaborator, which the call lives with. */
    void require(boolean holds, String rule) {
        if (!holds && violation == null) {
            violation = rule;
            tell("! broken: " + rule);
        }
    }

    /** The first rule that was broken, or null. */
    @Nullable
    String violation() {
        return violation;
    }
}
