package dev.tollgate.books.grants;

import java.util.Arrays;

/**
 * Decides what a call may hold and how its charge is paid, over an account's general credits and its grants (Z14 to Z16). It knows amounts only:
 * no rows, no clock, no models.
 *
 * <p><b>Sources</b> are the general credits, which serve every call, and the grants, in the order in which they pay. A set of grants is a
 * {@code long}: bit <i>i</i> is the grant that {@link #grant} returned <i>i</i> for. Holds are summed up by the set of grants that serve them; 0
 * is a hold on general credits alone. Holds are <i>covered</i> if they can all be paid together, each by sources that serve it, none used twice.
 * Nothing says which source would pay which hold: this class finds some way to pay them all (a flow from holds to sources), and then asks how
 * far it can be changed.
 *
 * <p><b>Use:</b> {@link #begin}, {@link #grant} for each grant, {@link #hold} for each running hold, then questions. {@link #pay},
 * {@link #take}, {@link #hold} and {@link #end} change the state, so that a next question is about the new one. Amounts are micro-credits, not negative, and at most
 * 10¹⁵ in all, so that no sum overflows.
 *
 * <p><b>Costs:</b> without holds, and in {@link #isPaidByGeneral} and {@link #roomOfAll}, a few additions. A flow over <i>n</i> grants and
 * <i>m</i> different sets takes some <i>n</i> × <i>m</i> steps for each of at most a few hundred paths. No method allocates, except to make
 * room for more sets than ever before. One thread.
 */
public final class GrantDraw {

    /** The largest number of grants that one account's draw has. */
    public static final int GRANTS_MAX = 60;

    private static final int GENERAL = GRANTS_MAX;
    private static final int SOURCES = GRANTS_MAX + 1;
    private static final long GENERAL_BIT = 1L << GENERAL;
    private static final int NONE = -1;

    private final long[] left = new long[SOURCES];
    /** The amount that each source can pay now: what is left, at most what its limits leave. */
    private final long[] capacity = new long[SOURCES];
    /** The part of the capacity that the flow gives to no hold. */
    private final long[] free = new long[SOURCES];
    /** The amount that a grant ahead could pay if it had started; 0 for others. */
    private final long[] ahead = new long[SOURCES];

    private final long[] shares = new long[SOURCES];
    private int grants;

    private int sets;
    private long[] servedBy = new long[16];
    private long[] held = new long[16];
    /** The part of the holds that has no source yet, or none at all. */
    private long[] open = new long[16];

    private boolean isFlowing;
    private long uncovered;

    /** The flow: what source s pays of the holds of set c is at c × SOURCES + s. */
    private long[] flow = new long[16 * SOURCES];

    /** The sources that pay anything of the holds of each set. */
    private long[] payers = new long[16];

    /** The search for a path. The source and the set by which each source was reached, and the sources in the order in which they were. */
    private final int[] fromSource = new int[SOURCES];

    private final int[] bySet = new int[SOURCES];
    private final int[] queue = new int[SOURCES];
    private boolean[] visited = new boolean[16];
    private int root;
    private final long[] given = new long[SOURCES];

    /**
     * Returns whether general credits alone pay all running holds and this amount, so that it is covered whatever the grants are (Z15, step 1).
     *
     * @param balanceMicros without what is held
     * @param grantedMicros what is left in live grants, started or not
     * @param hiddenMicros general credits that do not serve this server's calls: sandbox credits on a real server
     */
    public static boolean isPaidByGeneral(
            long wantedMicros, long balanceMicros, long grantedMicros, long hiddenMicros) {
        return balanceMicros - grantedMicros - hiddenMicros >= wantedMicros;
    }

    /**
     * Forgets everything, and begins with the general credits.
     *
     * @param generalMicros balance + reserved − granted − hidden; a negative amount counts as 0
     */
    public void begin(long generalMicros) {
        grants = 0;
        sets = 0;
        isFlowing = false;
        uncovered = 0;
        Arrays.fill(shares, 0);
        put(GENERAL, Math.max(0, generalMicros), Math.max(0, generalMicros));
    }

    /**
     * Adds the next grant in the order of payment that has started.
     *
     * @param leftMicros what is left
     * @param capacityMicros what its limits leave now; a larger amount than what is left counts as that
     * @return its number in this draw, from 0: its bit in sets
     */
    public int grant(long leftMicros, long capacityMicros) {
        return add(leftMicros, Math.min(leftMicros, capacityMicros), 0);
    }

    /**
     * Adds the next grant in the order of payment that has not started: it covers nothing, and pays only what nothing else can, which happens if
     * a clock was set back. It has the parameters of {@link #grant}.
     */
    public int grantAhead(long leftMicros, long capacityMicros) {
        return add(leftMicros, 0, Math.min(leftMicros, capacityMicros));
    }

    private int add(long leftMicros, long capacityMicros, long aheadMicros) {
        if (grants == GRANTS_MAX) {
            throw new IllegalStateException("more than " + GRANTS_MAX + " grants");
        }
        put(grants, leftMicros, capacityMicros);
        ahead[grants] = aheadMicros;
        isFlowing = false;
        return grants++;
    }

    private void put(int source, long leftMicros, long capacityMicros) {
        if (capacityMicros < 0) {
            throw new IllegalArgumentException("grant " + source + " can pay " + capacityMicros);
        }
        left[source] = leftMicros;
        capacity[source] = capacityMicros;
        free[source] = capacityMicros;
    }

    /**
     * Adds a running hold, or more of one, after all grants.
     *
     * @param servedBy the grants that serve its call
     */
    public void hold(long servedBy, long micros) {
        check(servedBy);
        if (micros < 0) {
            throw new IllegalArgumentException("a hold of " + micros);
        }
        int set = set(servedBy);
        if (set == sets) {
            if (sets == held.length) {
                grow();
            }
            this.servedBy[set] = servedBy;
            held[set] = 0;
            open[set] = 0;
            payers[set] = 0;
            Arrays.fill(flow, set * SOURCES, (set + 1) * SOURCES, 0);
            sets++;
        }
        held[set] += micros;
        open[set] += micros;
        uncovered += micros;
        isFlowing = false;
    }

    /** Removes a hold that was added, or a part of it: its call ends. */
    public void end(long servedBy, long micros) {
        int set = set(servedBy);
        if (set == sets || micros > held[set]) {
            throw new IllegalArgumentException("no hold of " + micros + " of " + Long.toHexString(servedBy));
        }
        held[set] -= micros;
        long rest = micros;
        long notPaid = Math.min(rest, open[set]);
        open[set] -= notPaid;
        uncovered -= notPaid;
        rest -= notPaid;
        for (long from = payers[set]; rest > 0; from &= from - 1) {
            int source = Long.numberOfTrailingZeros(from);
            long paid = Math.min(rest, flow[set * SOURCES + source]);
            pays(set, source, -paid);
            free[source] += paid;
            rest -= paid;
        }
        isFlowing = uncovered == 0;
    }

    /** Returns the place of a set, or the place after the last if there is none. */
    private int set(long servedBy) {
        int set = 0;
        while (set < sets && this.servedBy[set] != servedBy) {
            set++;
        }
        return set;
    }

    private void grow() {
        int more = sets * 2;
        servedBy = Arrays.copyOf(servedBy, more);
        held = Arrays.copyOf(held, more);
        open = Arrays.copyOf(open, more);
        payers = Arrays.copyOf(payers, more);
        flow = Arrays.copyOf(flow, more * SOURCES);
        visited = new boolean[more];
    }

    private void check(long set) {
        if (set >>> grants != 0) {
            throw new IllegalArgumentException("a set of more than " + grants + " grants: " + Long.toHexString(set));
        }
    }

    /** Returns whether the holds can all be paid together. */
    public boolean isCovered() {
        flow();
        return uncovered == 0;
    }

    /**
     * Returns the most that a further hold, or the extension of a hold that was added, may be for all to be covered (Z15, step 3); 0 if the holds
     * are not covered without it.
     *
     * @param servedBy the grants that serve the call and have not expired: an extension is served by fewer than its hold if one has expired since
     */
    public long room(long servedBy) {
        check(servedBy);
        return isCovered() ? reachable(servedBy | GENERAL_BIT) : 0;
    }

    /**
     * Returns {@link #room} for a call that all grants serve which can pay anything, without knowing whom they serve otherwise (Z15, step 2). All
     * holds have to be covered, which they are unless credits are hidden.
     *
     * @param heldMicros all running holds together
     */
    public long roomOfAll(long heldMicros) {
        long sum = capacity[GENERAL];
        for (int grant = 0; grant < grants; grant++) {
            sum += capacity[grant];
        }
        return Math.max(0, sum - heldMicros);
    }

    /**
     * Returns how much of what is left in a grant leaves with its expiry or its end (Z18, Z23): all but what the holds that it serves are together, as
     * far as it can pay them, so that they stay covered whatever pays them.
     */
    public long leaves(int grant) {
        long served = 0;
        for (int set = 0; set < sets; set++) {
            served += isIn(servedBy[set], grant) ? held[set] : 0;
        }
        return left[grant] - Math.min(capacity[grant], served);
    }

    /** Returns how much of what is left in a grant can leave while the holds stay covered, by whatever pays them. */
    public long canLeave(int grant) {
        return left[grant] - capacity[grant] + unneeded(grant);
    }

    /** Returns how much of the general credits can leave while the holds stay covered. */
    public long generalLeaves() {
        return unneeded(GENERAL);
    }

    /** Takes an amount out of a grant. @param micros at most {@link #leaves} */
    public void take(int grant, long micros) {
        long kept = left[grant] - micros;
        shrink(grant, kept, Math.min(capacity[grant], kept));
    }

    /** Takes an amount out of the general credits. @param micros at most {@link #generalLeaves} */
    public void takeGeneral(long micros) {
        shrink(GENERAL, left[GENERAL] - micros, capacity[GENERAL] - micros);
    }

    /** Returns the most that can pay a charge, whatever the other holds need. */
    public long payable(long servedBy) {
        long sum = capacity[GENERAL];
        for (int grant = 0; grant < grants; grant++) {
            sum += isIn(servedBy, grant) ? capacity[grant] + ahead[grant] : 0;
        }
        return sum;
    }

    /**
     * Pays a charge, or a part of one, whose hold is no longer among the holds (Z16): each grant that serves the call, in order, pays as much as it can
     * while all holds stay covered, general credits pay the rest. The shares are {@link #share}. Without holds, the order alone decides; so it does if each
     * other hold is served by all grants or by none, or if general credits alone pay them: then they need not be added.
     *
     * @return the share of general credits
     * @throws IllegalStateException if all that serves the call does not suffice, so that the call's hold was not covered
     */
    public long pay(long servedBy, long micros) {
        check(servedBy);
        long rest = micros;
        for (int grant = 0; grant < grants && rest > 0; grant++) {
            if (isIn(servedBy, grant)) {
                rest -= give(grant, Math.min(rest, unneeded(grant)));
            }
        }
        long general = Math.min(rest, capacity[GENERAL]);
        takeGeneral(general);
        return rest == general ? general : payMore(servedBy, rest - general, general);
    }

    /** Pays what is left of a charge that is not covered: a source has gone that covered the call's hold. */
    private long payMore(long servedBy, long micros, long general) {
        long rest = micros;
        for (int grant = 0; grant < grants; grant++) {
            if (isIn(servedBy, grant)) {
                long share = Math.min(rest, ahead[grant]);
                ahead[grant] -= share;
                left[grant] -= share;
                shares[grant] += share;
                rest -= share;
            }
        }
        for (int grant = 0; grant < grants; grant++) {
            if (isIn(servedBy, grant)) {
                rest -= give(grant, Math.min(rest, capacity[grant]));
            }
        }
        if (rest > 0) {
            throw new IllegalStateException("nothing pays " + rest + " micro-credits of a charge");
        }
        return general;
    }

    /** Returns what a grant has paid since {@link #begin}. */
    public long share(int grant) {
        return shares[grant];
    }

    private long give(int grant, long micros) {
        shares[grant] += micros;
        shrink(grant, left[grant] - micros, capacity[grant] - micros);
        return micros;
    }

    private static boolean isIn(long set, int grant) {
        return (set >>> grant & 1) != 0;
    }

    /** Leaves a source less. What the flow gives to holds stays if it can. */
    private void shrink(int source, long leftMicros, long capacityMicros) {
        if (capacityMicros < 0) {
            throw new IllegalArgumentException("more than source " + source + " has");
        }
        free[source] -= capacity[source] - capacityMicros;
        left[source] = leftMicros;
        capacity[source] = capacityMicros;
        if (free[source] < 0) {
            startAgain();
        }
    }

    private void startAgain() {
        System.arraycopy(capacity, 0, free, 0, SOURCES);
        Arrays.fill(flow, 0, sets * SOURCES, 0);
        Arrays.fill(payers, 0, sets, 0);
        uncovered = 0;
        for (int set = 0; set < sets; set++) {
            open[set] = held[set];
            uncovered += held[set];
        }
        isFlowing = false;
    }

    /** Returns the part of a source's capacity that no hold needs, and makes it free: what it gave, others give now. */
    private long unneeded(int source) {
        flow();
        return sets == 0 ? free[source] : reachable(1L << source);
    }

    /** Returns how much more these sources could give together; the flow may be another one after it, of the same sum. */
    private long reachable(long sources) {
        long sum = 0;
        long found = 0;
        Arrays.fill(given, 0);
        do {
            found = path(sources, Long.MAX_VALUE);
            sum += found;
            given[root] += found;
        } while (found > 0);
        for (int source = 0; source < SOURCES; source++) {
            free[source] += given[source];
        }
        return sum;
    }

    /** Finds a flow of the holds, which covers as much of them as possible. */
    private void flow() {
        if (isFlowing) {
            return;
        }
        for (int set = 0; set < sets && uncovered > 0; set++) {
            long found = 1;
            while (open[set] > 0 && found > 0) {
                found = path(servedBy[set] | GENERAL_BIT, open[set]);
                pays(set, root, found);
                open[set] -= found;
                uncovered -= found;
            }
        }
        isFlowing = true;
    }

    /**
     * Looks for a source with something free, from given sources on: a source without gets some if a set that it pays takes from another source
     * instead. Moves what the shortest such path can, takes it out of what is free, and leaves the source where the path began in {@link #root}.
     *
     * @return the amount, 0 if there is no path
     */
    private long path(long sources, long mostMicros) {
        Arrays.fill(visited, 0, sets, false);
        int end = 0;
        long seen = sources;
        for (long rest = sources; rest != 0; rest &= rest - 1) {
            int source = Long.numberOfTrailingZeros(rest);
            fromSource[source] = NONE;
            queue[end++] = source;
        }
        root = Long.numberOfTrailingZeros(sources);
        for (int next = 0; next < end; next++) {
            int source = queue[next];
            if (free[source] > 0) {
                return move(source, mostMicros);
            }
            for (int set = 0; set < sets; set++) {
                if (visited[set] || (payers[set] >>> source & 1) == 0) {
                    continue;
                }
                visited[set] = true;
                long more = (servedBy[set] | GENERAL_BIT) & ~seen;
                seen |= more;
                for (; more != 0; more &= more - 1) {
                    int reached = Long.numberOfTrailingZeros(more);
                    fromSource[reached] = source;
                    bySet[reached] = set;
                    queue[end++] = reached;
                }
            }
        }
        return 0;
    }

    private long move(int last, long mostMicros) {
        long micros = Math.min(mostMicros, free[last]);
        int source = last;
        for (; fromSource[source] != NONE; source = fromSource[source]) {
            micros = Math.min(micros, flow[bySet[source] * SOURCES + fromSource[source]]);
        }
        root = source;
        free[last] -= micros;
        for (source = last; fromSource[source] != NONE; source = fromSource[source]) {
            pays(bySet[source], source, micros);
            pays(bySet[source], fromSource[source], -micros);
        }
        return micros;
    }

    private void pays(int set, int source, long moreMicros) {
        long paid = flow[set * SOURCES + source] + moreMicros;
        flow[set * SOURCES + source] = paid;
        payers[set] = paid == 0 ? payers[set] & ~(1L << source) : payers[set] | 1L << source;
    }
}
