package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.lines.LineRefusals;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobOutletTest {

    private static final int FREE = 8 * 1024;
    private static final int MOST = 100_000;

    private final Vertx vertx = Vertx.vertx();
    private final AnswerRoom room = new AnswerRoom(400_000, Runnable::run);
    private final List<@Nullable ApiError> left = new ArrayList<>();

    @AfterEach
    void close() {
        vertx.close();
    }

    private JobOutlet outlet(String account) {
        AnswerRoom.Holder holder = new AnswerRoom.Holder() {

            @Override
            public void again() {}

            @Override
            public void leave() {}

            @Override
            public void close() {}
        };
        JobOutlet.Keeps keeps = new JobOutlet.Keeps(MOST, room.share(account, holder, true));
        return new JobOutlet(vertx.getOrCreateContext(), left::add, keeps);
    }

    private JobOutlet written(String account, int bytes) {
        JobOutlet outlet = outlet(account);
        outlet.body(bytes);
        outlet.write(new byte[bytes - 1], bytes - 1);
        outlet.end(new byte[] {9, 0}, 1);
        outlet.whenLeft(left::add);
        return outlet;
    }

    @Test
    void an_answer_takes_room_before_it_is_written_and_until_its_end() {
        JobOutlet outlet = outlet("acc_1");
        outlet.body(MOST);
        assertThat(room.bytes()).isEqualTo(MOST - FREE);
        outlet.end(new byte[MOST], MOST);
        assertThat(outlet.taken()).hasSize(MOST);
        assertThat(room.bytes()).as("it is being packed").isEqualTo(MOST - FREE);
        outlet.release();
        assertThat(room.bytes()).isZero();
    }

    @Test
    void an_answer_without_room_is_given_back() {
        written("acc_1", MOST);
        JobOutlet second = written("acc_1", MOST);
        written("acc_1", MOST);
        assertThat(left).containsExactly(null, null, LineRefusals.NO_ROOM);
        second.release();
        byte[] taken = written("acc_1", MOST).taken();
        assertThat(left.getLast()).isNull();
        assertThat(taken).hasSize(MOST).endsWith(9);
    }

    @Test
    void an_error_behind_a_whole_answer_reaches_the_call() {
        List<@Nullable ApiError> failed = new ArrayList<>();
        JobOutlet outlet = new JobOutlet(vertx.getOrCreateContext(), failed::add, null);
        outlet.body(1);
        outlet.end(new byte[1], 1);
        outlet.whenLeft(left::add);
        outlet.fail(LineRefusals.NO_ROOM);
        assertThat(left).containsExactly((ApiError) null);
        assertThat(failed).containsExactly(LineRefusals.NO_ROOM);
    }

    @Test
    void an_answer_is_kept_up_to_its_limit() {
        written("acc_1", MOST);
        assertThat(left).containsExactly((ApiError) null);
        written("acc_2", MOST + 1);
        assertThat(left.getLast().message()).contains("too long");
        assertThat(room.bytes()).isEqualTo(MOST - FREE);
    }
}
