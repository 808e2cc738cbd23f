package dev.tollgate.books.grants;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * {@link GrantDraw} next to Hall's theorem: holds are covered exactly if each subset of them is not more than the sources that serve any of it have.
 * Looking at all subsets is slow, and needs no flow.
 */
class GrantDrawTest {

    private static final int STATES = Effort.of(8_000, 1_000_000);

    /**
     * A hold and who serves it.
     *
     * @param servedBy bits of grants
     */
    private record Hold(long servedBy, long micros) {}

    /** A state of an account, and the answers by looking at all subsets. */
    private static final class State {
        long general;
        final long[] left;
        final long[] capacity;
        final List<Hold> holds = new ArrayList<>();

        State(int grants) {
            left = new long[grants];
            capacity = new long[grants];
        }

        private long capacityOf(long servedBy) {
            long sum = general;
            for (int grant = 0; grant < capacity.length; grant++) {
                sum += (servedBy >> grant & 1) * capacity[grant];
            }
            return sum;
        }

        /** Returns the least of what sources have beyond their holds, over all subsets of holds next to a further demand that contain a grant. */
        private long slack(long servedBy, long demand, long contains) {
            long least = Long.MAX_VALUE;
            for (int subset = 0; subset < 1 << holds.size(); subset++) {
                long served = servedBy;
                long sum = demand;
                for (int hold = 0; hold < holds.size(); hold++) {
                    if ((subset >> hold & 1) != 0) {
                        served |= holds.get(hold).servedBy;
                        sum += holds.get(hold).micros;
                    }
                }
                if ((contains & ~served) == 0 && (subset != 0 || demand != 0 || contains == 0)) {
                    least = Math.min(least, capacityOf(served) - sum);
                }
            }
            return least;
        }

        long missing() {
            return Math.max(0, -slack(0, 0, 0));
        }

        long room(long servedBy) {
            return missing() > 0 ? 0 : slack(servedBy, 0, 0);
        }

        long leaves(int grant) {
            long served = holds.stream()
                    .filter(it -> (it.servedBy >> grant & 1) != 0)
                    .mapToLong(Hold::micros)
                    .sum();
            return left[grant] - Math.min(capacity[grant], served);
        }

        private long slackOf(int grant) {
            long slack = slack(0, 0, 1L << grant);
            return slack == Long.MAX_VALUE ? slack : Math.max(0, slack + missing());
        }

        /** Returns the payment with the most of the first grant, of these the one with the most of the second, and so on; general credits last. */
        long[] best(long servedBy, long charge) {
            long[] shares = new long[capacity.length + 1];
            long rest = charge;
            for (int grant = 0; grant < capacity.length; grant++) {
                long later = servedBy & -1L << grant + 1;
                if ((servedBy >> grant & 1) != 0) {
                    shares[grant] = Math.min(rest, Math.min(capacity[grant], slackOf(grant)));
                    rest -= shares[grant];
                    capacity[grant] -= shares[grant];
                    left[grant] -= shares[grant];
                    assertThat(slack(later, rest, 0)).isNotNegative();
                }
            }
            shares[capacity.length] = rest;
            general -= rest;
            assertThat(general).isNotNegative();
            return shares;
        }

        /** Returns the first payment that leaves the other holds covered, of all there are, in the order of {@link #best}. */
        long[] firstOfAll(long servedBy, long charge) {
            long[] shares = new long[capacity.length + 1];
            assertThat(fill(shares, 0, servedBy, charge)).isTrue();
            return shares;
        }

        private boolean fill(long[] shares, int grant, long servedBy, long rest) {
            if (grant == capacity.length) {
                shares[grant] = rest;
                general -= rest;
                boolean found = general >= 0 && missing() == 0;
                general += rest;
                return found;
            }
            for (long share = Math.min(rest, (servedBy >> grant & 1) * capacity[grant]); share >= 0; share--) {
                shares[grant] = share;
                capacity[grant] -= share;
                boolean found = fill(shares, grant + 1, servedBy, rest - share);
                capacity[grant] += share;
                if (found) {
                    return true;
                }
            }
            return false;
        }

        GrantDraw in(GrantDraw draw) {
            draw.begin(general);
            for (int grant = 0; grant < capacity.length; grant++) {
                assertThat(draw.grant(left[grant], capacity[grant])).isEqualTo(grant);
            }
            holds.forEach(hold -> draw.hold(hold.servedBy, hold.micros));
            return draw;
        }

        long all() {
            return (1L << capacity.length) - 1;
        }

        @Override
        public String toString() {
            return "general " + general + ", left " + Arrays.toString(left) + ", capacity " + Arrays.toString(capacity)
                    + ", " + holds;
        }
    }

    /** Returns a state whose holds are covered, since they were made of what sources had; or sometimes any. */
    private static State state(Random random, int most, boolean covered) {
        State state = new State(random.nextInt(most + 1));
        long scale = random.nextInt(3) == 0 ? 1_000_000_000_000L : 8;
        long[] spare = new long[state.capacity.length + 1];
        state.general = random.nextLong(scale);
        spare[state.capacity.length] = state.general;
        for (int grant = 0; grant < state.capacity.length; grant++) {
            state.left[grant] = random.nextLong(scale);
            state.capacity[grant] = random.nextInt(4) == 0 ? random.nextLong(state.left[grant] + 1) : state.left[grant];
            spare[grant] = state.capacity[grant];
        }
        int holds = random.nextInt(most + 1);
        for (int hold = 0; hold < holds; hold++) {
            long servedBy = random.nextInt(5) == 0 ? state.all() : random.nextLong() & state.all();
            long micros = covered ? 0 : random.nextLong(scale);
            for (int source = 0; covered && source <= state.capacity.length; source++) {
                if (source == state.capacity.length || (servedBy >> source & 1) != 0) {
                    long part = random.nextInt(3) == 0 ? spare[source] : random.nextLong(spare[source] + 1);
                    spare[source] -= part;
                    micros += part;
                }
            }
            state.holds.add(new Hold(servedBy, micros));
        }
        return state;
    }

    @Test
    void room_is_the_largest_amount_and_a_payment_the_best_in_the_order() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        GrantDraw draw = new GrantDraw();
        for (int i = 0; i < STATES; i++) {
            State state = state(random, 6, random.nextInt(8) != 0);
            String as = "-Dtest.seed=" + seed + ", state " + i + ": " + state;
            asksFor(draw, state, random, as);
            if (!state.holds.isEmpty() && state.missing() == 0) {
                ends(draw, state, random, as);
            }
        }
    }

    private static void asksFor(GrantDraw draw, State state, Random random, String as) {
        state.in(draw);
        assertThat(draw.isCovered()).as(as).isEqualTo(state.missing() == 0);
        long servedBy = random.nextLong() & state.all();
        assertThat(draw.room(servedBy)).as(as).isEqualTo(state.room(servedBy));
        for (int grant = 0; grant < state.capacity.length; grant++) {
            assertThat(draw.leaves(grant)).as(as).isEqualTo(state.leaves(grant));
        }
        assertThat(draw.generalLeaves())
                .as(as)
                .isEqualTo(Math.min(state.general, Math.max(0, state.slack(0, 0, 0) + state.missing())));
        long held = state.holds.stream().mapToLong(Hold::micros).sum();
        if (state.missing() == 0) {
            assertThat(draw.roomOfAll(held)).as(as).isEqualTo(state.room(state.all()));
        }
        assertThat(draw.room(servedBy)).as("asked again, " + as).isEqualTo(state.room(servedBy));
        long wanted = 1 + random.nextLong(1 + state.general);
        long granted = Arrays.stream(state.left).sum();
        if (GrantDraw.isPaidByGeneral(wanted, state.general + granted - held, granted, 0)) {
            assertThat(state.room(servedBy)).as(as).isGreaterThanOrEqualTo(wanted);
        }
    }

    /** One call ends after the other: one draw that goes on says the same as a new one each time. */
    private static void ends(GrantDraw draw, State state, Random random, String as) {
        GrantDraw fresh = new GrantDraw();
        Collections.shuffle(state.holds, random);
        boolean orderDecides =
                state.holds.stream().skip(1).allMatch(hold -> hold.servedBy == 0 || hold.servedBy == state.all());
        state.in(draw);
        Hold ended = state.holds.removeFirst();
        assertThat(draw.isCovered()).as(as).isTrue();
        draw.end(ended.servedBy, ended.micros);
        long charge = random.nextInt(3) == 0 ? ended.micros : random.nextLong(ended.micros + 1);
        long[] smallest = charge < 8 && state.capacity.length < 4 && random.nextInt(4) == 0
                ? state.firstOfAll(ended.servedBy, charge)
                : null;
        pays(state.in(fresh), state, ended.servedBy, charge, smallest, orderDecides, as);
        long general = draw.pay(ended.servedBy, charge);
        for (int grant = 0; grant < state.capacity.length; grant++) {
            general += draw.share(grant);
            assertThat(draw.leaves(grant)).as(as).isEqualTo(state.leaves(grant));
        }
        assertThat(general).as(as).isEqualTo(charge);
        if (state.capacity.length > 0) {
            int grant = random.nextInt(state.capacity.length);
            long leaves = draw.leaves(grant);
            long taken = random.nextBoolean() ? leaves : random.nextLong(leaves + 1);
            draw.take(grant, taken);
            state.left[grant] -= taken;
            state.capacity[grant] = Math.min(state.capacity[grant], state.left[grant]);
        }
        long taken = random.nextLong(draw.generalLeaves() + 1);
        draw.takeGeneral(taken);
        state.general -= taken;
        assertThat(state.missing()).as(as).isZero();
        for (int grant = 0; grant < state.capacity.length; grant++) {
            assertThat(draw.leaves(grant)).as(as).isEqualTo(state.leaves(grant));
        }
        assertThat(draw.room(ended.servedBy)).as(as).isEqualTo(state.room(ended.servedBy));
    }

    private static void pays(
            GrantDraw draw, State state, long servedBy, long charge, long[] smallest, boolean orderDecides, String as) {
        long generalBefore = state.general;
        long[] before = state.capacity.clone();
        long[] best = state.best(servedBy, charge);
        long[] shares = new long[best.length];
        shares[best.length - 1] = draw.pay(servedBy, charge);
        for (int grant = 0; grant < best.length - 1; grant++) {
            shares[grant] = draw.share(grant);
            assertThat(shares[grant] == 0 || (servedBy >> grant & 1) != 0)
                    .as(as)
                    .isTrue();
        }
        assertThat(shares).as(as).isEqualTo(best);
        assertThat(smallest == null ? best : smallest).as(as).isEqualTo(best);
        assertThat(state.missing()).as(as).isZero();
        long held = state.holds.stream().mapToLong(Hold::micros).sum();
        if (orderDecides || generalBefore >= held) {
            draw.begin(generalBefore);
            for (long capacity : before) {
                draw.grant(capacity, capacity);
            }
            assertThat(draw.pay(servedBy, charge)).as("without holds, " + as).isEqualTo(best[best.length - 1]);
        }
    }

    @Test
    void sixty_grants_and_500_sets_leave_no_room_beyond_the_largest() {
        Random random = new Random(Effort.seed("test.seed"));
        GrantDraw draw = new GrantDraw();
        for (int i = 0; i < Effort.of(1, 20); i++) {
            State state = new State(GrantDraw.GRANTS_MAX);
            state.general = random.nextLong(1_000_000);
            for (int grant = 0; grant < GrantDraw.GRANTS_MAX; grant++) {
                state.capacity[grant] = random.nextLong(1_000_000);
                state.left[grant] = state.capacity[grant];
            }
            long servedBy = 0;
            state.in(draw);
            for (int hold = 0; hold < 500; hold++) {
                servedBy = random.nextLong() & random.nextLong() & random.nextLong() & state.all();
                long room = draw.room(servedBy);
                long micros = random.nextInt(4) == 0 ? room : Math.min(room, 60_000);
                draw.hold(servedBy, micros);
                state.holds.add(new Hold(servedBy, micros));
            }
            long room = draw.room(servedBy);
            assertThat(state.in(draw).room(servedBy)).isEqualTo(room);
            draw.hold(servedBy, room);
            assertThat(draw.isCovered()).isTrue();
            draw.hold(servedBy, 1);
            assertThat(draw.isCovered()).isFalse();
            assertThatThrownBy(() -> draw.grant(1, 1)).hasMessageContaining("more than 60 grants");
        }
    }

    /** Z17: A and B end in this order, then the plan has expired, then A is charged less or more. */
    @Test
    void the_worked_example_is_as_written() {
        GrantDraw draw = new GrantDraw();
        long expiring = 1;
        long both = 3;
        GrantLimits limit = GrantLimits.of("24:600000");
        GrantLimits.Used none = GrantLimits.Used.NOTHING;
        long ofNine = limit.leavesMicros(none, 0, 1);

        begin(draw, 2_000_000, 300_000, 1_000_000, ofNine);
        assertThat(draw.room(expiring)).isEqualTo(2_300_000);
        draw.hold(expiring, 2_200_000);
        assertThat(draw.room(both)).isEqualTo(700_000);
        assertThat(draw.roomOfAll(2_200_000)).isEqualTo(700_000);
        draw.hold(both, 700_000);
        assertThat(draw.room(both)).isZero();

        begin(draw, 2_000_000, 300_000, 1_000_000, ofNine);
        draw.hold(expiring, 2_200_000);
        assertThat(draw.pay(both, 412_345)).isZero();
        assertThat(draw.share(0)).isEqualTo(100_000);
        assertThat(draw.share(1)).isEqualTo(312_345);
        long left = limit.leavesMicros(limit.with(none, 0, 1, 312_345), 0, 2);
        assertThat(left).isEqualTo(287_655);

        begin(draw, 2_000_000, 200_000, 687_655, left);
        draw.hold(expiring, 2_200_000);
        assertThat(draw.leaves(0)).isZero();
        assertThat(draw.leaves(1)).isEqualTo(687_655);

        begin(draw, 2_000_000, 200_000, 687_655, left);
        assertThat(draw.pay(expiring, 1_750_001)).isEqualTo(1_550_001);
        assertThat(draw.share(0)).isEqualTo(200_000);

        begin(draw, 2_000_000, 200_000, 687_655, left);
        assertThat(draw.pay(expiring, 50_000)).isZero();
        assertThat(draw.share(0)).isEqualTo(50_000);
        assertThat(draw.leaves(0)).isEqualTo(150_000);
    }

    @Test
    void in_the_worked_example_the_calls_may_end_in_the_other_order() {
        GrantDraw draw = new GrantDraw();
        begin(draw, 2_000_000, 300_000, 1_000_000, 600_000);
        draw.hold(3, 700_000);
        assertThat(draw.pay(1, 1_750_001)).isEqualTo(1_450_001);
        assertThat(draw.share(0)).isEqualTo(300_000);
        assertThat(draw.generalLeaves()).isEqualTo(449_999);

        begin(draw, 549_999, 0, 1_000_000, 600_000);
        assertThat(draw.pay(3, 412_345)).isZero();
        assertThat(draw.share(0)).isZero();
        assertThat(draw.share(1)).isEqualTo(412_345);
    }

    private static void begin(GrantDraw draw, long general, long seven, long nine, long ofNine) {
        draw.begin(general);
        draw.grant(seven, seven);
        draw.grant(nine, ofNine);
    }

    @Test
    void a_grant_that_a_clock_hides_pays_last() {
        GrantDraw draw = new GrantDraw();
        draw.begin(10);
        draw.grant(5, 5);
        draw.grantAhead(20, 8);
        draw.hold(0, 4);
        assertThat(draw.room(3)).isEqualTo(11);
        assertThat(draw.pay(3, 20)).isEqualTo(10);
        assertThat(draw.share(0)).isEqualTo(5);
        assertThat(draw.share(1)).isEqualTo(5);
        assertThatThrownBy(() -> draw.pay(3, 4)).hasMessageContaining("nothing pays 1");
    }

    @Test
    void hidden_credits_leave_no_room_while_holds_are_not_covered() {
        GrantDraw draw = new GrantDraw();
        draw.begin(-3);
        draw.grant(100, 100);
        draw.hold(0, 5);
        assertThat(draw.isCovered()).isFalse();
        assertThat(draw.room(1)).isZero();
        assertThat(draw.leaves(0)).isEqualTo(100);
        assertThat(GrantDraw.isPaidByGeneral(1, 10, 8, 2)).isFalse();
        assertThat(GrantDraw.isPaidByGeneral(1, 10, 7, 2)).isTrue();
    }

    @Test
    void holds_are_covered_again_if_others_have_ended() {
        GrantDraw draw = new GrantDraw();
        draw.begin(10);
        draw.grant(5, 5);
        draw.hold(0, 10);
        draw.hold(1, 8);
        assertThat(draw.isCovered()).isFalse();
        draw.end(0, 4);
        assertThat(draw.isCovered()).isTrue();
        assertThat(draw.room(1)).isEqualTo(1);
    }

    @Test
    void a_charge_that_holds_needed_leaves_them_uncovered() {
        GrantDraw draw = new GrantDraw();
        draw.begin(10);
        draw.grant(5, 5);
        draw.hold(0, 10);
        draw.hold(1, 5);
        assertThat(draw.isCovered()).isTrue();
        assertThat(draw.pay(1, 4)).isEqualTo(4);
        assertThat(draw.isCovered()).isFalse();
        assertThat(draw.room(1)).isZero();
        assertThat(draw.leaves(0)).isZero();
    }

    @Test
    void a_set_has_no_grant_that_is_not_there() {
        GrantDraw draw = new GrantDraw();
        draw.begin(10);
        draw.grant(5, 5);
        assertThatThrownBy(() -> draw.hold(2, 1)).hasMessageContaining("more than 1 grants");
        assertThatThrownBy(() -> draw.room(2)).hasMessageContaining("more than 1 grants");
        assertThatThrownBy(() -> draw.take(0, 6)).hasMessageContaining("more than source 0 has");
    }
}
