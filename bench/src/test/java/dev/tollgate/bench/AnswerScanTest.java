package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerScanTest {
    private static final String STREAM =
            "data: {\"content\":\"word ~\"}\n\n".repeat(50) + "data: {\"usage\":1}\n\ndata: [DONE]\n\n";

    private final AnswerScan scan = new AnswerScan();

    @Test
    void a_whole_openai_stream_is_whole_wherever_it_is_cut() {
        for (int cut = 0; cut <= STREAM.length(); cut++) {
            scan.reset();
            feed(STREAM.substring(0, cut));
            feed(STREAM.substring(cut));
            assertThat(scan.whole(Protocol.OPENAI, Kind.BURST))
                    .as("cut at %d", cut)
                    .isTrue();
            assertThat(scan.events()).as("cut at %d", cut).isEqualTo(51);
        }
    }

    @Test
    void a_stream_without_its_end_is_not_whole() {
        feed(STREAM.replace("data: [DONE]", ": nothing"));

        assertThat(scan.whole(Protocol.OPENAI, Kind.BURST)).isFalse();
    }

    @Test
    void a_stream_that_lost_one_text_is_not_whole() {
        feed(STREAM.replaceFirst("word ~", "word"));

        assertThat(scan.whole(Protocol.OPENAI, Kind.BURST)).isFalse();
    }

    @Test
    void texts_that_the_gateway_has_joined_are_still_counted() {
        feed("data: {\"content\":\"" + "word ~".repeat(50) + "\"}\n\ndata: [DONE]\n\n");

        assertThat(scan.whole(Protocol.OPENAI, Kind.PACED)).isTrue();
        assertThat(scan.events()).isEqualTo(1);
    }

    @Test
    void an_end_inside_a_text_is_not_the_end() {
        feed(STREAM.replace("data: [DONE]", "data: {\"content\":\"data: [DONE]\"}"));

        assertThat(scan.whole(Protocol.OPENAI, Kind.BURST)).isFalse();
    }

    private void feed(String text) {
        Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)).forEachByte(scan);
    }
}
