package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    @Test
    void each_request_repeats_the_messages_of_the_one_before() {
        List<String> lines = List.of("{\"messages\":[", "1", "2", "", "3", "", "],\"stream\":true}");

        assertThat(Session.bodies(lines))
                .containsExactly("{\"messages\":[1,2],\"stream\":true}", "{\"messages\":[1,2,3],\"stream\":true}");
    }

    @Test
    void both_recordings_ask_for_their_kinds_model_and_grow() {
        for (Kind kind : Kind.SESSIONS) {
            List<String> bodies = Session.bodies(kind);

            assertThat(bodies).hasSize(30).allMatch(body -> body.contains("\"stream\":true"));
            assertThat(bodies).allMatch(body -> body.startsWith("{\"model\":\"" + kind.model() + "\","));
            assertThat(bodies).extracting(String::length).isSorted();
        }
    }
}
