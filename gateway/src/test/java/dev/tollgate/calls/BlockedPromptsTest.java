package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prompt that the upstream blocks, whatever else its message has next to the reason (D48, D57). */
@Timeout(240)
class BlockedPromptsTest {

    private static final String BLOCK = "\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}";
    private static final String USAGE = "\"usageMetadata\":{\"promptTokenCount\":12,\"totalTokenCount\":12}";
    private static final String EMPTY =
            "{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}]";
    private static final String TEXT =
            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"No\"}]},\"finishReason\":\"STOP\",\"index\":0}]";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Hi"}]}""";
    private static final String GENERATE = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
    private static final String MODEL = "/v1beta/models/gemini-2.5-pro:";

    private final CallServer gateway = CallServer.start();

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private void answers(String first, String... more) {
        UpstreamScript script = UpstreamScript.answers().event(first);
        for (String event : more) {
            script.event(event);
        }
        gateway.script(script);
    }

    /** At both doors, whole and streamed; each with a customer of its own, for such a refusal is remembered. */
    private void assertBlocked() {
        int before = gateway.asked().size();
        for (int form = 0; form < 4; form++) {
            Customer customer = gateway.customer("10");
            Reply reply =
                    switch (form) {
                        case 0 -> customer.chat(CHAT.formatted(false));
                        case 1 -> customer.chat(CHAT.formatted(true));
                        case 2 -> gateway.post(MODEL + "generateContent", GENERATE, customer.key());
                        default -> gateway.post(MODEL + "streamGenerateContent?alt=sse", GENERATE, customer.key());
                    };
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(customer.consumed()).isZero();
        }
        assertThat(gateway.asked()).as("once each").hasSize(before + 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", EMPTY, TEXT, "{\"candidates\":[{\"finishReason\":\"STOP\"}]", "{\"candidates\":[{}]"})
    void a_block_reason_next_to_any_candidate_is_a_block(String candidate) {
        answers((candidate.isEmpty() ? "{" : candidate + ",") + BLOCK + "," + USAGE + "}");
        assertBlocked();
    }

    @Test
    void a_reason_behind_an_empty_candidate_is_one() {
        answers(EMPTY + "," + USAGE + "}", "{" + BLOCK + "," + USAGE + "}");
        assertBlocked();
    }

    @Test
    void what_comes_behind_the_reason_is_no_answer() {
        answers("{" + BLOCK + "}", TEXT + "," + USAGE + "}");
        assertBlocked();
    }

    @Test
    void a_whole_answer_has_not_left_when_the_reason_comes_and_a_stream_has() {
        String begun =
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Well\"}]},\"index\":0}],"
                        + USAGE + "}";
        gateway.script(UpstreamScript.answers().event(begun).delay(300).event("{" + BLOCK + "," + USAGE + "}"));
        Customer whole = gateway.customer("10");
        Reply reply = whole.chat(CHAT.formatted(false));
        assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        assertThat(whole.consumed()).isZero();

        Customer streamed = gateway.customer("10");
        Reply stream = streamed.chat(CHAT.formatted(true));
        assertThat(stream.content()).isEqualTo("Well");
        assertThat(stream.text()).contains("\"finish_reason\":\"content_filter\"");
        assertThat(streamed.consumed()).isPositive();
    }

    @Test
    void an_event_without_data_is_none() {
        gateway.script(UpstreamScript.answers()
                .raw("")
                .text("Hel")
                .raw(" ")
                .text("lo")
                .finish("STOP", new UpstreamScript.Tokens(3, 2, 0))
                .raw(""));
        Customer customer = gateway.customer("10");

        assertThat(customer.chat(CHAT.formatted(true)).content()).isEqualTo("Hello");
        Reply reply = gateway.post(MODEL + "generateContent", GENERATE, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEmpty();
    }
}
