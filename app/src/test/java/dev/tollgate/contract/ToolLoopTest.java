package dev.tollgate.contract;

import static dev.tollgate.contract.OpenAiJava.ask;
import static dev.tollgate.testing.Asserts.assertThat;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.SigningUpstream;
import dev.tollgate.testing.Stores;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Long tool loops by openai-java, which keeps of an answer what OpenAI's protocol has and nothing else, against an upstream that refuses a
 * signature that is missing, altered or in the wrong place (guarantees G-01 to G-04).
 */
class ToolLoopTest {

    private static final int STEPS = 20;

    private SigningUpstream upstream;
    private Gateway gateway;

    @BeforeEach
    void start() {
        upstream = new SigningUpstream();
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    @JsonClassDescription("Does the next step")
    @JsonTypeName("next_step")
    static class NextStep {
        public int step;
        public String note;
        public double share;
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void g_01_a_client_that_drops_every_extra_field_completes_twenty_steps_across_a_restart(Stores stores) {
        gateway = Gateway.startOn(stores, "gemini.base-url", upstream.url());
        for (boolean streams : List.of(false, true)) {
            upstream.fresh(STEPS, SigningUpstream.Ids.UNIQUE);

            Loop loop = new Loop(streams);
            loop.run(STEPS / 2);
            gateway.restart();
            loop.run(Integer.MAX_VALUE);

            assertThat(loop.text).isEqualTo("Done after 20 steps.");
            assertThat(upstream.dummies()).isZero();
            assertThat(upstream.refusals()).isEmpty();
        }
        gateway.assertBooksAreClosed();
    }

    @ParameterizedTest
    @CsvSource({"NONE, false", "NONE, true", "SAME, false", "SAME, true"})
    void ids_that_are_missing_or_come_again_are_unique_for_the_caller_and_go_back_as_they_came(
            SigningUpstream.Ids ids, boolean streams) {
        gateway = Gateway.start("gemini.base-url", upstream.url());
        upstream.fresh(STEPS, ids);

        Loop loop = new Loop(streams);
        loop.run(Integer.MAX_VALUE);

        assertThat(loop.text).isEqualTo("Done after 20 steps.");
        assertThat(loop.callIds).hasSize(STEPS + STEPS / 5);
        assertThat(upstream.dummies()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void g_02_a_signature_that_comes_in_a_chunk_of_its_own_is_the_call_s(boolean streams) {
        gateway = Gateway.start("gemini.base-url", upstream.url());
        upstream.fresh(6, SigningUpstream.Ids.UNIQUE).signApart();

        Loop loop = new Loop(streams);
        loop.run(Integer.MAX_VALUE);

        assertThat(loop.text).isEqualTo("Done after 6 steps.");
        assertThat(upstream.dummies()).isZero();
    }

    /** One turn of a conversation. A restart changes the port, so each step has a client of its own. */
    private final class Loop {

        private final boolean streams;
        private final ChatCompletionCreateParams.Builder conversation =
                ask("gemini-3-pro", "Do it step by step.").addTool(NextStep.class);
        private final Set<String> callIds = new HashSet<>();
        private int steps;
        private String text = "";

        Loop(boolean streams) {
            this.streams = streams;
        }

        /** Until the turn has ended, or has come so far. */
        void run(int stepsMax) {
            try (OpenAiJava openai = OpenAiJava.of(gateway)) {
                while (text.isEmpty() && steps < stepsMax) {
                    ChatCompletion answer =
                            streams ? openai.stream(conversation).whole() : openai.create(conversation);
                    take(answer.choices().getFirst().message());
                }
            }
        }

        private void take(ChatCompletionMessage message) {
            List<ChatCompletionMessageToolCall> calls = message.toolCalls().orElse(List.of());
            if (calls.isEmpty()) {
                text = message.content().orElseThrow();
                return;
            }
            steps++;
            ChatCompletionAssistantMessageParam.Builder plain = ChatCompletionAssistantMessageParam.builder();
            calls.forEach(call -> plain.addToolCall(plain(call.asFunction())));
            conversation.addMessage(plain.build());
            calls.forEach(call -> conversation.addMessage(ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.asFunction().id())
                    .content("done")
                    .build()));
        }

        /** What OpenAI's own protocol has of a call. */
        private ChatCompletionMessageFunctionToolCall plain(ChatCompletionMessageFunctionToolCall call) {
            assertThat(callIds.add(call.id())).as("a fresh id: " + call.id()).isTrue();
            return ChatCompletionMessageFunctionToolCall.builder()
                    .id(call.id())
                    .function(ChatCompletionMessageFunctionToolCall.Function.builder()
                            .name(call.function().name())
                            .arguments(call.function().arguments())
                            .build())
                    .build();
        }
    }
}
