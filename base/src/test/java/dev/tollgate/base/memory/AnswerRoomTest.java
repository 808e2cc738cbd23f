package dev.tollgate.base.memory;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.memory.AnswerRoom.Reply;
import dev.tollgate.base.memory.AnswerRoom.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Room of a million bytes. */
class AnswerRoomTest {

    private static final long ALL = 1_000_000;
    private static final long FREE = AnswerRoom.FREE_BYTES;

    private final List<Runnable> soon = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final AnswerRoom room = new AnswerRoom(ALL, soon::add);

    private Share share(String account, String name) {
        return share(account, name, false);
    }

    private Share share(String account, String name, boolean yields) {
        AnswerRoom.Holder holder = new AnswerRoom.Holder() {
            @Override
            public void again() {
                told.add(name + " again");
            }

            @Override
            public void leave() {
                told.add(name + " leaves");
            }

            @Override
            public void close() {
                told.add(name + " closes");
            }
        };
        return room.share(account, holder, yields);
    }

    private Share with(String account, String name, long bytes) {
        Share share = share(account, name);
        assertThat(share.take(FREE + bytes)).isEqualTo(Reply.TAKEN);
        return share;
    }

    private void later() {
        List<Runnable> due = List.copyOf(soon);
        soon.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void short_answers_take_no_room() {
        Share full = with("a", "full", ALL / 2);
        for (int i = 0; i < 1_000; i++) {
            with("a", "short", 0);
        }
        assertThat(room.bytes()).isEqualTo(ALL / 2);
        full.release();
        assertThat(room.bytes()).isZero();
    }

    @Test
    void an_account_gets_as_much_as_it_leaves_to_others() {
        Share first = with("a", "first", ALL / 2);
        assertThat(first.take(1)).isEqualTo(Reply.NEVER);
        Share other = with("b", "other", ALL / 4);
        assertThat(told).isEmpty();
        assertThat(other.take(1)).as("the first one has more").isEqualTo(Reply.LATER);
        assertThat(room.bytes()).isEqualTo(ALL * 3 / 4);
    }

    @Test
    void the_largest_answer_of_the_account_with_most_makes_room() {
        with("a", "small", ALL / 8);
        Share large = with("a", "large", ALL / 4);
        Share victim = with("b", "victim", ALL * 5 / 16);
        assertThat(victim.take(10_000)).isEqualTo(Reply.LATER);
        assertThat(told).containsExactly("large leaves");
        large.release();
        assertThat(told).containsExactly("large leaves", "victim again");
        assertThat(victim.take(10_000)).isEqualTo(Reply.TAKEN);
        assertThat(room.cut()).isOne();
    }

    @Test
    void an_answer_that_yields_makes_no_other_one_leave() {
        with("a", "large", ALL / 2);
        Share line = share("b", "line", true);
        assertThat(line.take(FREE + ALL / 4)).isEqualTo(Reply.TAKEN);
        assertThat(line.take(1)).isEqualTo(Reply.NEVER);
        assertThat(told).isEmpty();
        assertThat(room.cut()).isZero();
    }

    @Test
    void answers_that_yield_leave_before_all_others() {
        with("a", "large", ALL / 2);
        Share line = share("b", "line", true);
        assertThat(line.take(FREE + 1_000)).isEqualTo(Reply.TAKEN);
        Share more = share("b", "larger line", true);
        assertThat(more.take(FREE + ALL / 8)).isEqualTo(Reply.TAKEN);
        Share growing = with("c", "growing", ALL / 8);
        assertThat(growing.take(ALL / 10)).isEqualTo(Reply.LATER);
        assertThat(told).containsExactly("larger line leaves");
        more.release();
        assertThat(growing.take(ALL / 10)).isEqualTo(Reply.TAKEN);
        assertThat(growing.take(ALL / 4)).isEqualTo(Reply.LATER);
        assertThat(told).containsExactly("larger line leaves", "growing again", "line leaves");
    }

    @Test
    void an_answer_that_is_the_largest_itself_has_to_end() {
        with("a", "small", ALL / 8);
        Share large = with("a", "large", ALL / 4);
        assertThat(large.take(ALL / 4)).isEqualTo(Reply.NEVER);
        assertThat(large.take(1)).as("it has to leave").isEqualTo(Reply.NEVER);
    }

    @Test
    void those_that_wait_do_not_cut_more_than_they_need() {
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            shares.add(with("a", "s" + i, ALL / 20 - i));
        }
        for (int i = 5; i < 10; i++) {
            assertThat(shares.get(i).take(5_000)).isEqualTo(Reply.LATER);
        }
        assertThat(told).containsExactly("s0 leaves");
        shares.getFirst().release();
        assertThat(told).hasSize(6).contains("s5 again", "s9 again");
        for (int i = 5; i < 10; i++) {
            assertThat(shares.get(i).take(5_000)).isEqualTo(Reply.TAKEN);
        }
    }

    @Test
    void an_end_that_does_not_leave_is_closed_where_others_wait() {
        Share large = with("a", "large", ALL / 2);
        Share other = with("b", "other", ALL / 4);
        assertThat(other.take(1_000)).isEqualTo(Reply.LATER);
        later();
        assertThat(told).containsExactly("large leaves", "large closes");
        large.release();
        assertThat(told).endsWith("other again");
        assertThat(soon).isEmpty();
    }

    @Test
    void an_answer_that_ends_itself_is_closed_where_others_wait() {
        with("a", "small", ALL / 8);
        Share large = with("a", "large", ALL / 4);
        assertThat(large.take(ALL / 4)).isEqualTo(Reply.NEVER);
        Share victim = with("b", "victim", ALL * 5 / 16);
        assertThat(victim.take(10_000)).isEqualTo(Reply.LATER);
        later();
        assertThat(told).as("its caller does not read its end").containsExactly("large closes");
        large.release();
        assertThat(told).endsWith("victim again");
        later();
        assertThat(soon).isEmpty();
    }

    @Test
    void an_end_without_a_waiter_keeps_its_time() {
        Share large = with("a", "large", ALL / 2);
        Share other = with("b", "other", ALL / 4);
        assertThat(other.take(1_000)).isEqualTo(Reply.LATER);
        other.release();
        later();
        later();
        assertThat(told).containsExactly("large leaves");
        large.release();
        later();
        assertThat(soon).isEmpty();
        assertThat(room.bytes()).isZero();
    }

    @Test
    void an_answer_that_can_never_fit_costs_others_nothing() {
        with("a", "other", ALL / 2);
        assertThat(share("b", "endless").take(FREE + ALL)).isEqualTo(Reply.NEVER);
        assertThat(told).isEmpty();
    }
}
