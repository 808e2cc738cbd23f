package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallNumberTest {
    private final CallNumber number = new CallNumber();

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void the_number_of_a_request_is_found_wherever_it_is_cut(Protocol protocol) {
        LoadPhase phase = new LoadPhase(protocol, Kind.LEAVE, 8080, 1, 1_000, 0, 9_000);
        byte[] template = protocol.request(phase, "sk-test-key");
        ByteBuf request = CallNumber.numbered(Unpooled.wrappedBuffer(template), 40_312);

        assertThat(request.readableBytes()).isEqualTo(template.length);
        for (int cut = 0; cut <= request.readableBytes(); cut++) {
            number.reset();
            request.slice(0, cut).forEachByte(number);
            request.slice(cut, request.readableBytes() - cut).forEachByte(number);
            assertThat(number.value()).as("cut at %d", cut).isEqualTo(40_312);
        }
    }

    @Test
    void a_template_keeps_its_place_for_the_next_number() {
        ByteBuf template = Unpooled.copiedBuffer("to " + CallNumber.PLACE + ".", StandardCharsets.US_ASCII);

        assertThat(CallNumber.numbered(template, 7).toString(StandardCharsets.US_ASCII))
                .isEqualTo("to departure-000000007.");
        assertThat(CallNumber.numbered(template, 8).toString(StandardCharsets.US_ASCII))
                .isEqualTo("to departure-000000008.");
    }

    @Test
    void words_that_only_begin_like_a_number_are_none() {
        feed("departure- depart-1 departure-12345678 departuredeparture-x");

        assertThat(number.value()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"departdeparture-000000042", "departure-12departure-000000042", "ddeparture-000000042"})
    void a_number_is_found_behind_what_only_began_like_one(String text) {
        feed(text);

        assertThat(number.value()).isEqualTo(42);
    }

    private void feed(String text) {
        Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII).forEachByte(number);
    }
}
