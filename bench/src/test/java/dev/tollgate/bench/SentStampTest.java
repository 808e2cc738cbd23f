package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentStampTest {
    private final List<Long> found = new ArrayList<>();
    private final SentStamp stamps = new SentStamp(found::add);

    @Test
    void each_stamp_of_a_body_is_found_wherever_it_is_cut() {
        ByteBuf body = Unpooled.wrappedBuffer(stamped(1_234_567_890_123L), stamped(Long.MAX_VALUE), stamped(0));

        for (int cut = 0; cut <= body.readableBytes(); cut++) {
            found.clear();
            stamps.reset();
            body.slice(0, cut).forEachByte(stamps);
            body.slice(cut, body.readableBytes() - cut).forEachByte(stamps);
            assertThat(found).as("cut at %d", cut).containsExactly(1_234_567_890_123L, Long.MAX_VALUE, 0L);
        }
    }

    @Test
    void an_event_keeps_its_place_for_the_next_stamp() {
        ByteBuf event = event();

        assertThat(SentStamp.stamped(event, 7).toString(StandardCharsets.US_ASCII))
                .isEqualTo("text sent-0000000000000000007 and more");
        assertThat(SentStamp.stamped(event, 12).toString(StandardCharsets.US_ASCII))
                .isEqualTo("text sent-0000000000000000012 and more");
    }

    @Test
    void words_that_only_begin_like_a_stamp_are_none() {
        Unpooled.copiedBuffer("sent- sent-1 sent-000000000000000001 sentsent-x", StandardCharsets.US_ASCII)
                .forEachByte(stamps);

        assertThat(found).isEmpty();
    }

    private static ByteBuf stamped(long nanos) {
        return SentStamp.stamped(event(), nanos);
    }

    private static ByteBuf event() {
        return Unpooled.copiedBuffer("text " + SentStamp.PLACE + " and more", StandardCharsets.US_ASCII);
    }
}
