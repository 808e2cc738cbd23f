package dev.tollgate.protocols.chat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.protocols.door.ToolNames;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ChoiceTest {

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void log_probabilities_of_all_pieces_are_kept_in_order() {
        Choice choice = new Choice(0, false);
        choice.logprobs(JSON.readTree("[{\"token\":\"Hel\",\"logprob\":-0.5}]"));
        choice.logprobs(JSON.readTree("[{\"token\":\"lo\",\"logprob\":0},{\"token\":\"!\",\"logprob\":-1}]"));
        assertThat(String.valueOf(choice.whole(new ToolNames()).logprobs()))
                .isEqualTo(
                        "{\"token\":\"Hel\",\"logprob\":-0.5},{\"token\":\"lo\",\"logprob\":0},{\"token\":\"!\",\"logprob\":-1}");
    }

    @Test
    void a_choice_without_log_probabilities_has_none() {
        assertThat(new Choice(0, false).whole(new ToolNames()).logprobs()).isNull();
    }
}
