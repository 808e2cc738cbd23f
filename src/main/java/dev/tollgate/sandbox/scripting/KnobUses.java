package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.Target;
import java.util.LinkedHashMap;

/** Counts the calls that came with the same knobs; the least used are forgotten. Safe for any thread. */
public final class KnobUses {

    private static final int KEPT_MAX = 10_000;

    private final LinkedHashMap<String, Integer> counts = new LinkedHashMap<>(16, 0.75f, true);

    /** The knobs if they still count for this call, else none. */
    public KnobSettings still(CallingProject caller, Target target, KnobSettings knobs) {
        if (!knobs.has(Knob.TIMES)) {
            return knobs;
        }
        String calls = caller.project() + "\n" + target.model() + "\n" + knobs.written();
        return next(calls) <= knobs.number(Knob.TIMES, 1) ? knobs : KnobSettings.NONE;
    }

    private synchronized int next(String calls) {
        int count = counts.merge(calls, 1, (left, right) -> Math.min(left + right, Integer.MAX_VALUE - 1));
        if (counts.size() > KEPT_MAX) {
            counts.pollFirstEntry();
        }
        return count;
    }
}
