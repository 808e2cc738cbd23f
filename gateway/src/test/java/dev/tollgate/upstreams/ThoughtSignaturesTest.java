package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.SigningUpstream;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What becomes of thought signatures that a caller has dropped, when the history is as it was and when it is not; the upstream refuses
 * whatever is not the very signature of the very part (guarantees G-03, G-04; decision D50).
 */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class ThoughtSignaturesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PRO = "gemini-3-pro";
    private static final String TOOLS =
            "[{\"type\":\"function\",\"function\":{\"name\":\"next_step\",\"parameters\":{\"type\":\"object\"}}}]";

    private static SigningUpstream upstream;
    private static CallServer gateway;
    private static Stores running;

    @Parameter
    Stores stores;

    private Customer customer;

    @BeforeEach
    void begin() {
        if (running != stores) {
            stop();
            upstream = new SigningUpstream();
            gateway = CallServer.startOn(stores, "gemini.base-url", upstream.url());
            running = stores;
        }
        upstream.fresh(20, SigningUpstream.Ids.UNIQUE);
        customer = gateway.customer("1000");
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            upstream.close();
            gateway = null;
            running = null;
        }
    }

    // ---- the history as it was ----

    @Test
    void the_signature_goes_back_to_its_call_and_the_sibling_stays_bare() {
        Talk talk = talkOf(5);
        assertThat(talk.calls(4)).hasSize(2);

        talk.step(customer);

        assertThat(signatures(4)).first().asString().isNotEmpty().isNotEqualTo(SigningUpstream.DUMMY);
        assertThat(signatures(4)).last().isEqualTo("");
        assertThat(upstream.dummies()).isZero();
    }

    @Test
    void calls_with_rewritten_arguments_are_still_recognised() {
        Talk talk = talkOf(2);
        talk.function(0, 0).put("arguments", "{ \"share\" : 5e-1,\n \"note\": \"Z\\u00fcrich\", \"step\": 0 }");

        talk.step(customer);

        assertThat(upstream.dummies()).isZero();
        assertThat(upstream.refusals()).isEmpty();
    }

    @Test
    void a_text_that_was_signed_goes_back_signed() {
        upstream.fresh(1, SigningUpstream.Ids.UNIQUE);
        Talk talk = talkOf(1);
        String text = talk.step(customer);
        ObjectNode answer = talk.messages.addObject().put("role", "assistant").put("content", text);
        talk.user("Thanks.");
        talk.step(customer);
        JsonNode said = upstream.asked().getLast().at("/contents/3/parts/0");
        assertThat(said.get("text").asString()).isEqualTo("Done after 1 steps.");
        assertThat(said.path("thoughtSignature").asString("")).isNotEmpty();

        answer.put("content", text + " Really.");
        talk.step(customer);
        assertThat(upstream.asked().getLast().at("/contents/3/parts/0").has("thoughtSignature"))
                .as("it is not that text any more")
                .isFalse();
    }

    @Test
    void what_the_caller_sends_wins_over_what_is_kept_and_is_left_out_where_the_upstream_refuses_it() {
        Talk talk = talkOf(1);
        talk.call(0, 0).putObject("extra_content").putObject("google").put("thought_signature", "b3duIHNpZ25hdHVyZQ==");

        CallServer.Reply reply = talk.ask(customer, PRO);

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.tool_calls.0.extra_content");
        int asked = upstream.asked().size();
        assertThat(signatures(asked - 2, 0)).containsExactly("b3duIHNpZ25hdHVyZQ==");
        assertThat(signatures(asked - 1, 0)).containsExactly(SigningUpstream.DUMMY);
    }

    /** The operator has put another project's key behind the channel: all that was signed before is good nowhere. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void where_the_project_behind_a_channel_has_changed_the_conversation_goes_on(boolean sendsBack) {
        Talk talk = new Talk();
        talk.sendsBack = sendsBack;
        for (int i = 0; i < 5; i++) {
            talk.step(customer); // the fifth of two calls at once
        }
        assertThat(upstream.refusals()).isEmpty();
        upstream.moveTo("two");

        for (int i = 5; i < 10; i++) {
            talk.step(customer);
        }

        assertThat(upstream.refusals()).hasSize(5).containsOnly("Corrupted thought signature.");
        assertThat(signatures(0)).containsExactly(SigningUpstream.DUMMY);
        assertThat(signatures(4)).containsExactly(SigningUpstream.DUMMY, "");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");

        talk.user("And again.");
        talk.step(customer);
        assertThat(upstream.asked().getLast().toString())
                .as("in an earlier turn nothing is demanded")
                .doesNotContain("thoughtSignature");
    }

    @Test
    void an_upstream_that_refuses_the_placeholders_too_is_asked_no_third_time() {
        Talk talk = talkOf(2);
        upstream.refuseAll();
        int before = upstream.asked().size();
        BigDecimal balance = customer.balance();

        CallServer.Reply reply = talk.ask(customer, PRO);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().get("message").asString()).doesNotContain("ignature");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(upstream.asked()).hasSize(before + 2);
        assertThat(customer.balance()).isEqualTo(balance);
    }

    @Test
    void under_an_idempotency_key_signatures_are_kept_as_well() {
        Talk talk = new Talk();
        talk.take(customer.chat(talk.body(PRO, true), "first"));
        talk.step(customer);

        assertThat(upstream.dummies()).isZero();
        assertThat(talk.steps).isEqualTo(2);
    }

    @Test
    void the_deprecated_form_has_no_ids_and_its_signatures_come_back() {
        String functions = "[{\"name\":\"next_step\",\"parameters\":{\"type\":\"object\"}}]";
        ArrayNode messages = JSON.createArrayNode();
        messages.addObject().put("role", "user").put("content", "Go.");
        for (int i = 0; i < 4; i++) {
            ObjectNode body = JSON.createObjectNode().put("model", PRO).put("stream", i % 2 == 0);
            body.set("messages", messages);
            body.set("functions", JSON.readTree(functions));
            CallServer.Reply reply = customer.chat(body.toString());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            ObjectNode call = i % 2 == 0 ? streamedFunction(reply) : wholeFunction(reply);
            messages.addObject().put("role", "assistant").putNull("content").set("function_call", call);
            messages.addObject()
                    .put("role", "function")
                    .put("name", "next_step")
                    .put("content", "done");
        }
        assertThat(upstream.dummies()).isZero();
        assertThat(signatures(2)).first().asString().isNotEmpty();
    }

    @Test
    void the_signature_of_a_deprecated_call_that_has_no_effect_is_named_where_it_stood() {
        ObjectNode body = JSON.createObjectNode().put("model", PRO).put("stream", false);
        body.putArray("functions").addObject().put("name", "next_step");
        ArrayNode messages = body.putArray("messages");
        messages.addObject().put("role", "user").put("content", "Go.");
        ObjectNode call = wholeFunction(customer.chat(body.toString()));
        ObjectNode caller = messages.addObject().put("role", "assistant").putNull("content");
        caller.set("function_call", call);
        caller.putObject("extra_content").putObject("google").put("thought_signature", "b3duIHNpZ25hdHVyZQ==");
        messages.addObject().put("role", "function").put("name", "next_step").put("content", "done");

        CallServer.Reply reply = customer.chat(body.toString());

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.extra_content");
    }

    private static ObjectNode wholeFunction(CallServer.Reply reply) {
        return (ObjectNode) reply.json().at("/choices/0/message/function_call");
    }

    private static ObjectNode streamedFunction(CallServer.Reply reply) {
        return reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/delta/function_call"))
                .filter(JsonNode::isObject)
                .map(ObjectNode.class::cast)
                .findFirst()
                .orElseThrow();
    }

    // ---- an edited history ----

    @Test
    void g_04_edited_arguments_lose_the_signature_and_the_call_gets_the_dummy() {
        Talk talk = talkOf(3);
        talk.function(1, 0).put("arguments", "{\"step\":99}");

        talk.step(customer);

        assertThat(signatures(1)).containsExactly(SigningUpstream.DUMMY);
        assertThat(upstream.dummies()).isEqualTo(1);
    }

    @Test
    void g_04_a_renamed_call_loses_the_signature_and_gets_the_dummy() {
        Talk talk = talkOf(3);
        talk.function(2, 0).put("name", "other_step");

        talk.step(customer);

        assertThat(upstream.dummies()).isEqualTo(1);
        assertThat(signatures(2)).containsExactly(SigningUpstream.DUMMY);
    }

    @Test
    void g_03_a_call_that_has_moved_behind_its_sibling_stays_bare_and_the_first_gets_the_dummy() {
        Talk talk = talkOf(5);
        ArrayNode calls = talk.calls(4);
        JsonNode first = calls.remove(0);
        calls.add(first);

        talk.step(customer);

        assertThat(signatures(4)).containsExactly(SigningUpstream.DUMMY, "");
    }

    @Test
    void g_03_a_sibling_whose_first_call_was_taken_out_gets_the_dummy() {
        Talk talk = talkOf(5);
        talk.dropFirstCall(4);

        talk.step(customer);

        assertThat(signatures(4)).containsExactly(SigningUpstream.DUMMY);
    }

    @Test
    void an_id_that_a_caller_uses_again_means_the_nearest_call_before_it() {
        Talk talk = talkOf(3);
        talk.renumber("same");

        talk.step(customer);

        assertThat(upstream.dummies())
                .as("the calls are not the ones that were shown")
                .isEqualTo(3);
        assertThat(upstream.refusals()).isEmpty();
    }

    @Test
    void an_unknown_call_gets_a_placeholder_in_the_current_turn_only() {
        Talk talk = talkOf(1);
        talk.function(0, 0).put("arguments", "{\"step\":7}");
        talk.messages.addObject().put("role", "assistant").put("content", "Nothing to do.");
        talk.user("Go on.");

        talk.step(customer);

        assertThat(upstream.dummies()).isZero();
        assertThat(signatures(0)).containsExactly("");
    }

    // ---- another model, another channel, another account ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_change_of_model_gets_the_dummy_and_the_change_back_the_signature(boolean sendsBack) {
        Talk talk = new Talk();
        talk.sendsBack = sendsBack;
        talk.model = "gemini-2.5-pro";
        talk.step(customer);
        talk.step(customer);

        talk.model = PRO;
        talk.step(customer);
        assertThat(upstream.dummies()).as("both are the other model's").isEqualTo(2);

        talk.model = "gemini-2.5-pro";
        talk.step(customer);
        assertThat(signatures(0).getFirst()).isNotEmpty().isNotEqualTo(SigningUpstream.DUMMY);
        assertThat(signatures(2).getFirst())
                .as("a model that demands none gets none that is not its own")
                .isEmpty();
        assertThat(upstream.refusals()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void where_the_channel_is_gone_its_signatures_are_the_dummy(boolean sendsBack) {
        Talk talk = new Talk();
        talk.sendsBack = sendsBack;
        talk.step(customer);
        gateway.execute(
                "UPDATE thought_signature SET channel = 'gone' WHERE account_id = '" + customer.account() + "'");
        upstream.moveTo("two");

        talk.step(customer);
        talk.step(customer);

        assertThat(signatures(0)).containsExactly(SigningUpstream.DUMMY);
        assertThat(signatures(1).getFirst()).isNotEqualTo(SigningUpstream.DUMMY);
        assertThat(upstream.refusals()).isEmpty();
    }

    @Test
    void an_account_never_gets_signatures_of_another() {
        Talk talk = talkOf(2);
        Customer other = gateway.customer("1000");

        assertThat(talk.ask(other, PRO).status()).isEqualTo(200);

        assertThat(upstream.dummies()).isEqualTo(2);
        assertThat(signatures(0)).containsExactly(SigningUpstream.DUMMY);
    }

    @Test
    void two_accounts_with_the_same_ids_keep_their_own() {
        upstream.fresh(20, SigningUpstream.Ids.SAME);
        Talk one = talkOf(1);
        Customer other = gateway.customer("1000");
        Talk two = new Talk();
        two.step(other);
        assertThat(one.call(0, 0).get("id")).isEqualTo(two.call(0, 0).get("id"));

        one.step(customer);
        String ofOne = signatures(0).getFirst();
        two.step(other);
        String ofTwo = signatures(0).getFirst();

        assertThat(ofOne).isNotEqualTo(ofTwo);
        assertThat(upstream.dummies()).isZero();
        assertThat(upstream.refusals()).isEmpty();
    }

    // ---- what is kept ----

    @Test
    void nothing_of_calls_texts_or_signatures_can_be_read_at_rest() {
        upstream.fresh(1, SigningUpstream.Ids.UNIQUE);
        Talk talk = talkOf(1);
        talk.step(customer);
        String rows = "SELECT %s FROM thought_signature WHERE account_id = '" + customer.account() + "'";

        assertThat(gateway.number(rows.formatted("COUNT(*)"))).isEqualTo(2);
        String all = gateway.text(rows.formatted("MIN(signature) || MAX(signature) || MIN(print) || MAX(print)"));
        assertThat(all).doesNotContain("signature", "next_step", "Done", "Z3VyZS", "c2lnbmF0dXJl");
        assertThat(gateway.number(rows.formatted("MIN(LENGTH(print))"))).isEqualTo(22);
    }

    @Test
    void a_call_that_fails_keeps_nothing() {
        long before = gateway.number("SELECT COUNT(*) FROM thought_signature");
        Talk talk = new Talk();
        talk.user("Go on.");
        talk.messages
                .addObject()
                .put("role", "assistant")
                .put("content", "x")
                .putObject("extra_content")
                .putObject("google")
                .put("thought_signature", "AAAA");
        talk.user("Go on.");
        upstream.refuseAll();
        assertThat(talk.ask(customer, PRO).status()).isEqualTo(503);

        assertThat(gateway.number("SELECT COUNT(*) FROM thought_signature")).isEqualTo(before);
    }

    @Test
    void d31_replayed_signatures_count_in_what_is_held() {
        Talk talk = talkOf(3);
        Customer stranger = gateway.customer("1000");

        talk.ask(customer, PRO);
        talk.ask(stranger, PRO);

        long with = held(customer);
        long without = held(stranger);
        assertThat(with).isGreaterThan(without);
    }

    private static long held(Customer customer) {
        return gateway.number("SELECT held_micros FROM call WHERE id = (" + Calls.latestOf(customer.account()) + ")");
    }

    // ---- a conversation ----

    private Talk talkOf(int steps) {
        Talk talk = new Talk();
        for (int i = 0; i < steps; i++) {
            talk.step(customer);
        }
        return talk;
    }

    /** What the upstream was sent last with the calls of a step, "" where a call was bare. */
    private static List<String> signatures(int step) {
        return signatures(upstream.asked().size() - 1, step);
    }

    private static List<String> signatures(int asked, int step) {
        List<JsonNode> callers = upstream.asked()
                .get(asked)
                .get("contents")
                .valueStream()
                .filter(content -> content.get("parts").valueStream().anyMatch(part -> part.has("functionCall")))
                .toList();
        return callers.get(step)
                .get("parts")
                .valueStream()
                .filter(part -> part.has("functionCall"))
                .map(part -> part.path("thoughtSignature").asString(""))
                .toList();
    }

    private static final class Talk {

        private final ArrayNode messages = JSON.createArrayNode();
        private final List<ObjectNode> callers = new ArrayList<>();
        private String model = PRO;
        private boolean sendsBack;
        private int steps;

        Talk() {
            user("Do it step by step.");
        }

        void user(String text) {
            messages.addObject().put("role", "user").put("content", text);
        }

        ArrayNode calls(int step) {
            return (ArrayNode) callers.get(step).get("tool_calls");
        }

        ObjectNode call(int step, int index) {
            return (ObjectNode) calls(step).get(index);
        }

        ObjectNode function(int step, int index) {
            return (ObjectNode) call(step, index).get("function");
        }

        String body(String model, boolean stream) {
            ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", stream);
            body.set("messages", messages);
            body.set("tools", JSON.readTree(TOOLS));
            return body.toString();
        }

        CallServer.Reply ask(Customer customer, String model) {
            return customer.chat(body(model, false));
        }

        /** @return the text of the answer, or null after a step of calls, each of which has its result then */
        String step(Customer customer) {
            return take(customer.chat(body(model, steps % 2 == 1)));
        }

        String take(CallServer.Reply reply) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            boolean streamed = reply.text().startsWith("data:");
            ArrayNode calls = streamed ? streamedCalls(reply) : wholeCalls(reply);
            if (calls.isEmpty()) {
                return streamed
                        ? reply.content()
                        : reply.json().at("/choices/0/message/content").asString();
            }
            steps++;
            ObjectNode caller = messages.addObject().put("role", "assistant").putNull("content");
            caller.set("tool_calls", calls);
            callers.add(caller);
            for (JsonNode call : calls) {
                messages.addObject()
                        .put("role", "tool")
                        .put("tool_call_id", call.get("id").asString())
                        .put("content", "done");
            }
            return null;
        }

        private ArrayNode wholeCalls(CallServer.Reply reply) {
            ArrayNode calls = JSON.createArrayNode();
            reply.json().at("/choices/0/message/tool_calls").forEach(call -> calls.add(kept(call)));
            return calls;
        }

        private ArrayNode streamedCalls(CallServer.Reply reply) {
            ArrayNode calls = JSON.createArrayNode();
            reply.chunks()
                    .forEach(chunk -> chunk.at("/choices/0/delta/tool_calls").forEach(call -> calls.add(kept(call))));
            return calls;
        }

        private ObjectNode kept(JsonNode call) {
            ObjectNode copy = (ObjectNode) call.deepCopy();
            copy.remove("index");
            if (!sendsBack) {
                copy.remove("extra_content");
            }
            return copy;
        }

        void dropFirstCall(int step) {
            String id = calls(step).remove(0).get("id").asString();
            for (int i = 0; i < messages.size(); i++) {
                if (messages.get(i).path("tool_call_id").asString("").equals(id)) {
                    messages.remove(i);
                }
            }
        }

        /** Gives every first call of a step and its result the same id. */
        void renumber(String id) {
            for (int i = 0; i < callers.size(); i++) {
                String before = call(i, 0).get("id").asString();
                call(i, 0).put("id", id);
                for (JsonNode message : messages) {
                    if (message.path("tool_call_id").asString("").equals(before)) {
                        ((ObjectNode) message).put("tool_call_id", id);
                    }
                }
            }
        }
    }
}
