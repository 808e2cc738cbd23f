package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.ScriptedServer;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** An upstream's answer, however its bytes are cut, becomes one message in the protocol's order, at the same price as at the other door. */
@Timeout(240)
class MessageStreamsTest {

    private static final String HEAD = "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[%s]}%s}],"
            + "\"usageMetadata\":{\"promptTokenCount\":900,\"candidatesTokenCount\":%d,\"thoughtsTokenCount\":40,"
            + "\"cachedContentTokenCount\":300,\"totalTokenCount\":%d}}";
    private static final List<String> EVENTS = List.of(
            event("{\"text\":\"Hm. \",\"thought\":true},{\"text\":\"Yes.\",\"thought\":true}", "", 0),
            event("{\"text\":\"I look \"}", "", 3),
            event("{\"text\":\"twice \ud83d\ude00.\"}", "", 6),
            event("{\"functionCall\":{\"id\":\"c1\",\"name\":\"look\",\"args\":{\"at\":\"a\\\"b\"}}}", "", 9),
            event("{\"functionCall\":{\"id\":\"no good id\",\"name\":\"look\",\"args\":{}}}", "", 12),
            event("{\"text\":\"Done.\"}", ",\"finishReason\":\"STOP\"", 20));
    private static final String TOOLS = "\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}],";

    private static String event(String parts, String more, int candidates) {
        return HEAD.formatted(parts, more, candidates, 940 + candidates);
    }

    private enum Cut {
        EVENTS,
        ONE_CHUNK,
        BYTES
    }

    private static void answer(ScriptedServer.Exchange exchange, Cut cut) throws Exception {
        String whole = "data: " + String.join("\r\n\r\ndata: ", EVENTS) + "\r\n\r\n";
        exchange.head();
        switch (cut) {
            case EVENTS -> {
                for (String event : EVENTS) {
                    exchange.events(event);
                }
            }
            case ONE_CHUNK -> exchange.chunk(whole);
            case BYTES -> {
                int step;
                for (int at = 0; at < whole.length(); at += step) {
                    step = Character.charCount(whole.codePointAt(at));
                    exchange.chunk(whole.substring(at, at + step));
                }
            }
        }
        exchange.end();
    }

    private static String body(boolean streams) {
        return "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":32000,\"thinking\":{\"type\":\"adaptive\"}," + TOOLS
                + "\"stream\":" + streams + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + Prompts.LONG + "\"}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"EVENTS", "ONE_CHUNK", "BYTES"})
    void an_answer_is_the_same_message_however_its_bytes_are_cut(String cut) throws Exception {
        try (ScriptedServer upstream = new ScriptedServer();
                CallServer gateway = CallServer.start("gemini.base-url", upstream.url())) {
            upstream.then(exchange -> answer(exchange, Cut.valueOf(cut)));
            Customer customer = gateway.customer("100");

            Reply reply = gateway.post("/v1/messages", body(true), customer.key());
            StreamedMessage streamed = StreamedMessage.of(reply.text());
            upstream.then(exchange -> answer(exchange, Cut.EVENTS));
            ObjectNode whole = (ObjectNode)
                    gateway.post("/v1/messages", body(false), customer.key()).json();

            assertThat(content(streamed.message())).isEqualTo(content(whole)).isEqualTo("""
                    [{"type":"thinking","thinking":"Hm. Yes.","signature":"-"},{"type":"text","text":"I look twice \ud83d\ude00."},\
                    {"type":"tool_use","id":"c1","name":"look","caller":{"type":"direct"},"input":{"at":"a\\"b"}},\
                    {"type":"tool_use","id":"-","name":"look","caller":{"type":"direct"},"input":{}},\
                    {"type":"text","text":"Done."}]""");
            assertThat(streamed.end().at("/usage/input_tokens").asInt()).isEqualTo(600);
            assertThat(streamed.end().at("/usage/cache_read_input_tokens").asInt())
                    .isEqualTo(300);
            assertThat(streamed.end().at("/usage/output_tokens").asInt()).isEqualTo(60);
            assertThat(streamed.end().get("credits_consumed")).isEqualTo(whole.get("credits_consumed"));
            gateway.assertBooksAreClosed();
        }
    }

    private static String content(ObjectNode message) {
        return message.get("content")
                .toString()
                .replaceAll("tg1\\.[A-Za-z0-9]{16}", "-")
                .replaceAll("toolu_[A-Za-z0-9]{24}", "-");
    }

    @Test
    void a_call_costs_and_holds_the_same_as_through_the_chat_door() throws Exception {
        try (ScriptedServer upstream = new ScriptedServer();
                CallServer gateway = CallServer.start("gemini.base-url", upstream.url())) {
            BigDecimal[] costs = new BigDecimal[2];
            String[] bodies = {
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":2000,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + Prompts.LONG + "\"}]}",
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":2000,\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + Prompts.LONG + "\"}]}"
            };
            String[] paths = {"/v1/messages", "/v1/chat/completions"};
            long[] held = new long[2];
            for (int i = 0; i < 2; i++) {
                upstream.then(exchange -> answer(exchange, Cut.EVENTS));
                Customer customer = gateway.customer("100");
                Reply reply = gateway.post(paths[i], bodies[i], customer.key());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                costs[i] = reply.json().get("credits_consumed").decimalValue();
                assertThat(customer.consumed()).isEqualByComparingTo(costs[i]);
                held[i] =
                        gateway.number("SELECT held_micros FROM call WHERE account_id = '" + customer.account() + "'");
            }
            assertThat(costs[0]).isEqualByComparingTo(costs[1]).isPositive();
            assertThat(held[0]).isEqualTo(held[1]).isPositive();
        }
    }
}
