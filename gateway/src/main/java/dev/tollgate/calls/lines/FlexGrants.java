package dev.tollgate.calls.lines;

import dev.tollgate.running.OtherTier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the tier that channels grant to lines at flex with the requested one, over the last {@value #LINES} of each model on each channel (J3). What
 * they grant instead is paid by the operator, so that a channel which grants another tier to half of them is reported. Thread-safe.
 */
public final class FlexGrants {

    static final int LINES = 100;

    private static final int OTHERS_TOLD = LINES / 2;

    private static final Logger log = LoggerFactory.getLogger(FlexGrants.class);

    private final Map<String, Lines> all = new TreeMap<>();

    /** The last lines of a model on a channel, each in its turn. */
    private static final class Lines {
        private final OtherTier where;
        private final BitSet others = new BitSet(LINES);
        private int next;
        private boolean isTold;

        private Lines(OtherTier where) {
            this.where = where;
        }

        void add(boolean isGranted) {
            others.set(next, !isGranted);
            next = (next + 1) % LINES;
            boolean tells = others.cardinality() >= OTHERS_TOLD;
            if (tells && !isTold) {
                log.warn(
                        "channel {}: at least {} of the last {} lines of batches at flex were granted another tier for {}, and you pay the rest; leave the model out of the channel's list 'flex'",
                        where.channel(),
                        OTHERS_TOLD,
                        LINES,
                        where.model());
            }
            isTold = tells;
        }
    }

    /** A line at flex has been answered. @param isGranted whether that was its tier */
    public synchronized void answered(String channel, String model, boolean isGranted) {
        all.computeIfAbsent(channel + ' ' + model, _ -> new Lines(new OtherTier(channel, model)))
                .add(isGranted);
    }

    /** Returns the models whose lines on a channel are not at flex for the most part, by channel. */
    public synchronized List<OtherTier> others() {
        List<OtherTier> others = new ArrayList<>();
        for (Lines its : all.values()) {
            if (its.isTold) {
                others.add(its.where);
            }
        }
        return others;
    }
}
