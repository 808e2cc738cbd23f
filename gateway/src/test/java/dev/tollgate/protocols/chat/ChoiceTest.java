package dev.tollgate.protocols.chat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ChoiceTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static Choice choice() {
        return new Choice(
                0,
                new ResponseCallIds(List.of(), false, "call_", it -> true, new Random(1)),
                new ToolNames(),
                false,
                false);
    }

    @Test
    void log_probabilities_of_all_pieces_are_kept_in_order() {
        Choice choice = choice();
        choice.logprobs(JSON.readTree("[{\"token\":\"Hel\",\"logprob\":-0.5}]"));
        choice.logprobs(JSON.readTree("[{\"token\":\"lo\",\"logprob\":0},{\"token\":\"!\",\"logprob\":-1}]"));
        assertThat(String.valueOf(choice.logprobs))
                .isEqualTo(
                        "{\"token\":\"Hel\",\"logprob\":-0.5},{\"token\":\"lo\",\"logprob\":0},{\"token\":\"!\",\"logprob\":-1}");
    }

    @Test
    void a_choice_without_log_probabilities_has_none() {
        assertThat(choice().logprobs).isNull();
    }
}
