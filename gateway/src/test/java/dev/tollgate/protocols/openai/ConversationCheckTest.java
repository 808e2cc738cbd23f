package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.messages;
import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.protocols.openai.Bodies.refused;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConversationCheckTest {

    private static final String USER = "{'role':'user','content':'x'}";

    private static String calls(String... ids) {
        return "{'role':'assistant','tool_calls':["
                + Arrays.stream(ids)
                        .map(id -> "{'id':'" + id + "','function':{'name':'f','arguments':'{}'}}")
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private static String answer(String id) {
        return "{'role':'tool','tool_call_id':'" + id + "','content':''}";
    }

    private static String talk(String... messages) {
        return messages(String.join(",", messages));
    }

    @Test
    void answers_may_come_in_any_order() {
        assertThat(read(talk(USER, calls("a", "b"), answer("b"), answer("a"), USER))
                        .conversation()
                        .messages())
                .hasSize(5);
    }

    @Test
    void an_id_may_be_used_again_in_a_later_turn() {
        assertThat(read(talk(USER, calls("a"), answer("a"), calls("a"), answer("a")))
                        .conversation()
                        .messages())
                .hasSize(5);
    }

    @Test
    void an_answer_to_no_call_is_refused() {
        ApiError refusal = refused(talk(USER, calls("a"), answer("z")));
        assertThat(refusal.param()).isEqualTo("messages.2.tool_call_id");
        assertThat(refusal.message())
                .isEqualTo("'messages.2.tool_call_id' must be the id of a call in the assistant message right before, "
                        + "got \"z\".");
        assertThat(refused(talk(answer("a"))).param()).isEqualTo("messages.0.tool_call_id");
        assertThat(refused(talk(USER, calls("a"), answer("a"), USER, answer("a")))
                        .param())
                .isEqualTo("messages.4.tool_call_id");
    }

    @Test
    void an_answer_given_twice_is_refused() {
        assertThat(refused(talk(USER, calls("a"), answer("a"), answer("a"))).message())
                .isEqualTo("'messages.3.tool_call_id' answers \"a\", which has been answered already.");
    }

    @Test
    void missing_answers_are_named_where_the_next_turn_begins_and_at_the_end() {
        String missing = "'messages.1.tool_calls' needs tool messages, one for each call. Missing: ";
        assertThat(refused(talk(USER, calls("a", "b", "c"), answer("b"), USER)).message())
                .isEqualTo(missing + "\"a\", \"c\".");
        assertThat(refused(talk(USER, calls("a", "b"), answer("a"))).message()).isEqualTo(missing + "\"b\".");
        assertThat(refused(talk(USER, calls("a"))).message()).isEqualTo(missing + "\"a\".");
        assertThat(refused(talk(USER, calls("1", "2", "3", "4", "5", "6", "7"))).message())
                .isEqualTo(missing + "\"1\", \"2\", \"3\", \"4\", \"5\", and 2 more.");
    }

    @Test
    void two_calls_with_one_id_are_refused() {
        ApiError refusal = refused(talk(USER, calls("a", "a"), answer("a")));
        assertThat(refusal.param()).isEqualTo("messages.1.tool_calls.1.id");
    }

    @Test
    void a_deprecated_call_is_answered_by_the_function_s_name() {
        String call = "{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}}";
        assertThat(read(talk(USER, call, "{'role':'function','name':'f','content':'4'}"))
                        .conversation()
                        .messages())
                .hasSize(3);
        assertThat(refused(talk(USER, call, "{'role':'function','name':'g','content':'4'}"))
                        .param())
                .isEqualTo("messages.2.name");
    }

    @Test
    void a_deprecated_call_is_refused_by_its_own_field() {
        String call = "'function_call':{'name':'f','arguments':'{}'}";
        assertThat(refused(talk(USER, "{'role':'assistant'," + call + "}")).param())
                .isEqualTo("messages.1.function_call");
        String both = "{'role':'assistant','tool_calls':[{'id':'f','function':{'name':'g','arguments':'{}'}}]," + call;
        assertThat(refused(talk(USER, both + "}")).param()).isEqualTo("messages.1.function_call.name");
    }
}
