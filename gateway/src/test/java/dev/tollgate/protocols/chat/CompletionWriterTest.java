package dev.tollgate.protocols.chat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompletionWriterTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final PrintedUsage USAGE = new PrintedUsage(194, 229, 229, 880, Usage.of(194, 229, 457));

    private static String written(Choice... choices) {
        JsonPieces out = new JsonPieces();
        CompletionWriter writer = new CompletionWriter(out);
        writer.head("chatcmpl-1", 17, "m");
        writer.rest(List.of(choices), new Sink.Completion(USAGE, 250_000, ServiceTier.STANDARD), null);
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    private static JsonNode message(Choice choice) {
        return MAPPER.readTree(written(choice)).at("/choices/0/message");
    }

    private static Choice choice(
            String content,
            String reasoning,
            List<Message.ToolCall> calls,
            boolean legacy,
            @Nullable String signature) {
        Choice choice = choice(0, content, legacy);
        choice.reasoning.out().escaped(reasoning);
        for (Message.ToolCall call : calls) {
            choice.answer.call(
                    new UpstreamEvent.ToolCall(0, call.id(), call.name(), call.arguments(), call.thoughtSignature()));
        }
        choice.answer.textSignature(content, signature);
        choice.finish = new UpstreamEvent.Finish(0, UpstreamEvent.FinishReason.STOP, "STOP");
        return choice;
    }

    private static Choice choice(int index, String content, boolean legacy) {
        Choice choice = new Choice(
                index,
                new ResponseCallIds(List.of(), false, "call_", it -> true, new Random(1)),
                new ToolNames(),
                legacy,
                false);
        choice.text(content);
        return choice;
    }

    @Test
    void a_plain_answer_is_written_as_documented() {
        assertThat(written(choice("H\u00e9", "hm", List.of(), false, null)))
                .isEqualTo("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":17,\"model\":\"m\","
                        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"H\u00e9\","
                        + "\"refusal\":null,\"reasoning_content\":\"hm\"},\"logprobs\":null,\"finish_reason\":\"stop\","
                        + "\"native_finish_reason\":\"STOP\"}],\"usage\":{\"prompt_tokens\":194,\"completion_tokens\":229,"
                        + "\"total_tokens\":880,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0,"
                        + "\"image_tokens\":0,\"text_tokens\":194},\"completion_tokens_details\":{\"reasoning_tokens\":457,"
                        + "\"audio_tokens\":0,\"text_tokens\":229,\"accepted_prediction_tokens\":0,"
                        + "\"rejected_prediction_tokens\":0}},\"system_fingerprint\":null,\"credits_consumed\":0.25}");
    }

    @Test
    void members_without_a_value_are_left_out_but_the_required_ones_are_null() {
        JsonNode empty = message(choice("", "", List.of(), false, null));
        assertThat(empty).hasToString("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
        JsonNode call = message(choice("", "", List.of(new Message.ToolCall("c", "f", "{}", null)), false, null));
        assertThat(call.get("content").isNull()).isTrue();
    }

    @Test
    void calls_keep_their_order_and_their_signatures() {
        JsonNode message = message(choice(
                "text",
                "",
                List.of(
                        new Message.ToolCall("c1", "f", "{\"a\":1}", "SIG"),
                        new Message.ToolCall("c2", "f", "{}", null)),
                false,
                "TEXT"));
        assertThat(message)
                .hasToString("{\"role\":\"assistant\",\"content\":\"text\",\"refusal\":null,\"tool_calls\":["
                        + "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"},"
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\"}}},"
                        + "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],"
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"TEXT\"}}}");
    }

    @Test
    void a_deprecated_call_has_its_signature_on_the_message() {
        JsonNode message = message(choice("", "", List.of(new Message.ToolCall("c1", "f", "{}", "SIG")), true, null));
        assertThat(message)
                .hasToString("{\"role\":\"assistant\",\"content\":null,\"refusal\":null,"
                        + "\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"},"
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\"}}}");
    }

    @Test
    void several_choices_with_citations_and_logprobs_are_written() {
        Choice second = choice(1, "x", false);
        second.logprobs(MAPPER.createArrayNode());
        second.grounding = new UpstreamEvent.Grounding(
                1, List.of(new UpstreamEvent.Citation(0, 1, "https://x", "t")), "<div>", null);
        second.finish = new UpstreamEvent.Finish(1, UpstreamEvent.FinishReason.FILTERED, "SAFETY");
        JsonNode choices = MAPPER.readTree(written(choice("a", "", List.of(), false, null), second))
                .get("choices");
        assertThat(choices).hasSize(2);
        assertThat(choices.get(1))
                .hasToString(
                        "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"x\",\"refusal\":null,"
                                + "\"annotations\":[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":1,"
                                + "\"url\":\"https://x\",\"title\":\"t\"}}],"
                                + "\"extra_content\":{\"google\":{\"search_entry_point\":\"<div>\"}}},"
                                + "\"logprobs\":{\"content\":[],\"refusal\":null},\"finish_reason\":\"content_filter\",\"native_finish_reason\":\"SAFETY\"}");
    }

    @Test
    void an_answer_sent_back_as_history_is_read_as_it_was() {
        Randomly.run(300, random -> {
            String text = "t" + Randomly.text(random, 20, false);
            String signature = random.nextBoolean() ? "S" + random.nextInt() : null;
            JsonNode message = message(choice(
                    text, "hm", List.of(new Message.ToolCall("c1", "f", "{\"a\":[1]}", "CALL")), false, signature));
            ChatRequest request = ChatRequestReader.read(
                    MAPPER.writeValueAsBytes(MAPPER.readTree("{\"model\":\"m\",\"messages\":[" + message
                            + ",{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"\"}]}")),
                    ReadLimits.DEFAULT);
            assertThat(request.conversation().messages().getFirst())
                    .isEqualTo(new Message.Assistant(
                            ChatBodies.message(0),
                            text,
                            List.of(new Message.ToolCall(ChatBodies.call(0, 0), "c1", "f", "{\"a\":[1]}", "CALL")),
                            signature));
        });
    }
}
