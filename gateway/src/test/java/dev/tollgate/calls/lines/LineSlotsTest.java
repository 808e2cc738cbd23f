package dev.tollgate.calls.lines;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LineSlotsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicLong now = new AtomicLong(1_000);
    private final LineSlots slots = new LineSlots(100, now::get);

    private void passes(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private LineSlots.Slot enter(String account) {
        try {
            return Objects.requireNonNull(slots.enter(account, 0));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts as many lines of an account as a model takes. */
    private List<LineSlots.Slot> fill(String account) {
        List<LineSlots.Slot> inside = new ArrayList<>();
        LineSlots.Slot next = enter(account);
        while (next.takes("m")) {
            inside.add(next);
            next = enter(account);
        }
        next.close();
        return inside;
    }

    @Test
    void a_model_begins_with_four_and_doubles_each_minute() {
        LineSlots.Slot four = fill("acc_1").getFirst();
        assertThat(slots.most("m")).isEqualTo(4);
        passes(MINUTE.minusNanos(1));
        assertThat(slots.most("m")).isEqualTo(4);
        passes(Duration.ofNanos(1));
        assertThat(slots.most("m")).isEqualTo(8);
        assertThat(fill("acc_1")).hasSize(4);
        passes(MINUTE.multipliedBy(3));
        assertThat(slots.most("m")).isEqualTo(64);
        assertThat(slots.most("another")).isEqualTo(4);
        passes(MINUTE.multipliedBy(10));
        assertThat(slots.most("m")).as("as many as the server takes").isEqualTo(100);
        four.close();
    }

    @Test
    void a_refusal_halves_once_in_ten_seconds_and_ends_the_doubling() {
        passes(MINUTE);
        LineSlots.Slot line = fill("acc_1").getFirst();
        passes(MINUTE.multipliedBy(2));
        assertThat(slots.most("m")).isEqualTo(16);
        line.refused();
        assertThat(slots.most("m")).isEqualTo(8);
        passes(Duration.ofSeconds(10).minusNanos(1));
        line.refused();
        assertThat(slots.most("m")).isEqualTo(8);
        passes(Duration.ofNanos(1));
        line.refused();
        assertThat(slots.most("m")).isEqualTo(4);
        for (int i = 0; i < 5; i++) {
            passes(MINUTE);
            line.refused();
        }
        assertThat(slots.most("m")).isEqualTo(1);
    }

    @Test
    void after_a_refusal_twenty_answers_add_one() {
        LineSlots.Slot line = fill("acc_1").getFirst();
        for (int i = 0; i < 100; i++) {
            line.answered();
        }
        assertThat(slots.most("m")).isEqualTo(4);
        line.refused();
        for (int i = 1; i <= 40; i++) {
            assertThat(slots.most("m")).isEqualTo(i <= 20 ? 2 : 3);
            line.answered();
        }
        assertThat(slots.most("m")).isEqualTo(4);
    }

    @Test
    void answers_before_another_refusal_do_not_count() {
        LineSlots.Slot line = fill("acc_1").getFirst();
        line.refused();
        for (int i = 1; i < LineSlots.ANSWERS_FOR_ONE; i++) {
            line.answered();
        }
        passes(LineSlots.HALVED_EACH);
        line.refused();
        line.answered();
        assertThat(slots.most("m")).isEqualTo(1);
    }

    @Test
    void an_account_has_half_of_all_lines() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            enter("acc_1");
        }
        assertThat(slots.enter("acc_1", 0)).isNull();
        assertThat(slots.enter("acc_2", 0)).isNotNull();
        LineSlots one = new LineSlots(1, now::get);
        assertThat(Objects.requireNonNull(one.enter("acc_1", 0)).takes("m")).isTrue();
    }

    @Test
    void of_a_full_model_who_has_fewer_comes_first() {
        List<LineSlots.Slot> all = fill("acc_1");
        LineSlots.Slot other = enter("acc_2");
        assertThat(other.takes("m")).isFalse();
        all.removeFirst().close();
        LineSlots.Slot again = enter("acc_1");
        assertThat(again.takes("m")).isFalse();
        assertThat(other.takes("m")).isTrue();
        all.removeFirst().close();
        assertThat(again.takes("m")).as("the other does not wait").isTrue();

        assertThat(enter("acc_3").takes("m")).isFalse();
        all.removeFirst().close();
        passes(LineSlots.WANTS_FOR.plusNanos(1));
        assertThat(enter("acc_1").takes("m")).as("the third does not come back").isTrue();
    }

    @Test
    void who_waits_for_a_model_hears_of_a_free_place() throws Exception {
        List<LineSlots.Slot> all = fill("acc_1");
        assertThat(slots.awaitRoom("acc_2", "m", 1)).isFalse();
        CompletableFuture<Boolean> waits = CompletableFuture.supplyAsync(() -> {
            try {
                return slots.awaitRoom("acc_2", "m", TimeUnit.SECONDS.toNanos(30));
            } catch (InterruptedException e) {
                return false;
            }
        });
        all.getFirst().close();
        all.getFirst().close();
        assertThat(waits.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_line_takes_one_place_of_one_model() {
        LineSlots.Slot line = enter("acc_1");
        assertThat(line.takes("m")).isTrue();
        assertThat(line.takes("m")).isFalse();
        assertThat(line.takes("another")).isFalse();
        line.close();
        assertThat(fill("acc_1")).hasSize(4);
    }

    @Test
    void the_hour_begins_with_the_end_of_the_last_line() {
        List<LineSlots.Slot> all = fill("acc_1");
        all.getFirst().refused();
        passes(LineSlots.FORGOTTEN_AFTER.multipliedBy(2));
        all.forEach(LineSlots.Slot::close);
        passes(LineSlots.FORGOTTEN_AFTER);
        assertThat(slots.most("m")).isEqualTo(2);
        passes(Duration.ofNanos(1));
        assertThat(slots.most("m")).isEqualTo(4);
    }

    @Test
    void a_model_without_lines_begins_anew_after_an_hour() {
        LineSlots.Slot line = fill("acc_1").getFirst();
        line.refused();
        passes(LineSlots.FORGOTTEN_AFTER.multipliedBy(2));
        assertThat(slots.most("m")).as("lines run").isEqualTo(2);
        passes(MINUTE.multipliedBy(5));
        assertThat(slots.most("another")).isEqualTo(4);
        passes(MINUTE.multipliedBy(5));
        assertThat(slots.most("another")).isEqualTo(100);
        passes(LineSlots.FORGOTTEN_AFTER.plus(MINUTE));
        assertThat(slots.most("another")).isEqualTo(4);
    }
}
