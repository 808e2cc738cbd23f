package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.SigningUpstream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Callers of the Gemini door send thought signatures back themselves. Each is good only for the channel and the model that made it, which
 * its caller cannot know: so it goes to that channel, or not at all (decision D50). The upstreams refuse every signature of another.
 */
@Timeout(240)
class SentBackSignaturesTest {

    private static final String PRO = "gemini-3-pro";
    private static final JsonMapper JSON = new JsonMapper();

    private final SigningUpstream first = new SigningUpstream();
    private final SigningUpstream second = new SigningUpstream();
    private CallChannels channels;
    private Customer customer;

    @BeforeEach
    void start() {
        first.fresh(20, SigningUpstream.Ids.UNIQUE);
        second.fresh(20, SigningUpstream.Ids.UNIQUE);
        second.moveTo("two");
        channels = CallChannels.of(file("a", first.url()));
        customer = channels.customer();
    }

    @AfterEach
    void stop() {
        channels.close();
        first.close();
        second.close();
    }

    private static String file(String... idsAndUrls) {
        StringBuilder file = new StringBuilder("channels:\n");
        for (int i = 0; i < idsAndUrls.length; i += 2) {
            file.append("  - {id: %s, kind: gemini, base_url: \"%s\", key: %s, priority: %d}\n"
                    .formatted(idsAndUrls[i], idsAndUrls[i + 1], CallChannels.KEY_A, i + 1));
        }
        return file.toString();
    }

    /** From now on there is another channel, which comes first. */
    private void anotherComesFirst() {
        assertThat(channels.reload(file("b", second.url(), "a", first.url()))).isTrue();
    }

    private void onlyAnotherIsThere() {
        assertThat(channels.reload(file("b", second.url()))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_channel_that_signed_is_asked_whatever_its_priority(boolean streams) {
        Talk talk = new Talk(streams);
        talk.steps(2);
        anotherComesFirst();

        talk.steps(4);

        assertThat(first.asked()).hasSize(6);
        assertThat(second.asked()).isEmpty();
        assertThat(first.dummies()).isZero();
        assertThat(first.refusals()).isEmpty();
        assertThat(talk.sentBack(0)).isEqualTo(talk.sentBackNow(0)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void where_the_channel_is_gone_the_first_call_of_each_step_gets_the_dummy(boolean streams) {
        Talk talk = new Talk(streams);
        talk.steps(5); // the fifth of two calls at once
        onlyAnotherIsThere();

        talk.steps(1);

        assertThat(second.refusals()).isEmpty();
        assertThat(second.dummies()).isEqualTo(5);
        assertThat(signatures(second, 9)).containsExactly(SigningUpstream.DUMMY, "");
        talk.steps(1);
        assertThat(signatures(second, 11)).first().asString().isNotIn("", SigningUpstream.DUMMY);
        assertThat(second.refusals()).isEmpty();
    }

    @Test
    void a_channel_that_fails_hands_the_call_on_without_its_signatures() {
        Talk talk = new Talk(false);
        talk.steps(1);
        channels.reload(file("a", first.url(), "b", second.url()));
        first.close();

        CallServer.Reply reply = talk.ask(customer, PRO);

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(signatures(second, 1)).containsExactly(SigningUpstream.DUMMY);
    }

    @Test
    void a_missing_signature_of_an_earlier_turn_is_not_replaced() {
        first.fresh(1, SigningUpstream.Ids.UNIQUE);
        Talk talk = new Talk(false);
        talk.steps(1);
        talk.says();
        talk.user("Thanks.");
        onlyAnotherIsThere();

        talk.steps(1);

        assertThat(second.asked().getLast().get("contents").toString()).doesNotContain("thoughtSignature");
        assertThat(second.refusals()).isEmpty();
    }

    @Test
    void a_change_of_model_gets_the_dummy_and_the_change_back_the_signature() {
        Talk talk = new Talk(true);
        talk.model = "gemini-2.5-pro";
        talk.steps(2);
        talk.model = PRO;
        talk.steps(1);
        assertThat(first.dummies()).isEqualTo(2);

        talk.model = "gemini-2.5-pro";
        talk.steps(1);

        assertThat(signatures(first, 1).getFirst()).isEqualTo(talk.sentBack(0));
        assertThat(signatures(first, 5)).containsExactly("");
        assertThat(first.refusals()).isEmpty();
    }

    @Test
    void a_library_that_writes_bytes_in_the_other_alphabet_has_the_same_signatures() {
        Talk talk = new Talk(false);
        talk.steps(1);
        String made = talk.sentBack(0);
        String other = made.replace('+', '-').replace('/', '_').replace("=", "");
        assertThat(other).isNotEqualTo(made);
        ((ObjectNode) talk.part(1, 0)).put("thoughtSignature", other);
        onlyAnotherIsThere();

        talk.steps(1);

        assertThat(signatures(second, 1)).containsExactly(SigningUpstream.DUMMY);
    }

    @Test
    void an_unknown_signature_is_sent_unchanged_and_omitted_if_refused() {
        Talk talk = new Talk(false);
        talk.steps(1);
        ((ObjectNode) talk.part(1, 0)).put("thoughtSignature", "b3duIHNpZ25hdHVyZQ==");
        CallServer.Reply reply = talk.ask(customer, PRO);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("contents[1].parts[0].thoughtSignature");
        assertThat(signatures(first, 1, 2)).containsExactly("b3duIHNpZ25hdHVyZQ==");
        assertThat(signatures(first, 1)).containsExactly(SigningUpstream.DUMMY);

        Talk another = new Talk(false);
        another.steps(1);
        another.ask(channels.gateway().customer("1000"), "gemini-2.5-pro");
        assertThat(signatures(first, 1, 2))
                .as("what another account has seen is nobody's here")
                .containsExactly(another.sentBack(0));
        assertThat(signatures(first, 1)).as("this model demands none").containsExactly("");
    }

    @Test
    void a_returned_signature_stores_only_its_origin() {
        Talk talk = new Talk(true);
        talk.steps(3);
        assertThat(channels.gateway().number("SELECT COUNT(*) FROM thought_signature"))
                .isEqualTo(3);
        assertThat(channels.gateway().number("SELECT COUNT(*) FROM thought_signature WHERE signature IS NOT NULL"))
                .isZero();
    }

    private static List<String> signatures(SigningUpstream upstream, int content) {
        return signatures(upstream, content, 1);
    }

    /** @param last 1 for what it was asked last, 2 for what before that */
    private static List<String> signatures(SigningUpstream upstream, int content, int last) {
        return upstream.asked()
                .get(upstream.asked().size() - last)
                .at("/contents/" + content + "/parts")
                .valueStream()
                .filter(part -> part.has("functionCall"))
                .map(part -> part.path("thoughtSignature").asString(""))
                .toList();
    }

    /** A conversation as Google's clients keep it: the model's parts go back as they came. */
    private final class Talk {

        private final boolean streams;
        private final ArrayNode contents = JSON.createArrayNode();
        private final List<String> first = new ArrayList<>();
        private String model = PRO;

        Talk(boolean streams) {
            this.streams = streams;
            user("Go.");
        }

        void user(String text) {
            contents.addObject()
                    .put("role", "user")
                    .putArray("parts")
                    .addObject()
                    .put("text", text);
        }

        JsonNode part(int content, int part) {
            return contents.at("/" + content + "/parts/" + part);
        }

        /** The signature of a step as it came. */
        String sentBack(int step) {
            return first.get(step);
        }

        String sentBackNow(int step) {
            return part(1 + 2 * step, 0).path("thoughtSignature").asString("");
        }

        void steps(int steps) {
            for (int i = 0; i < steps; i++) {
                ObjectNode answered = says();
                ArrayNode results = JSON.createArrayNode();
                for (JsonNode part : answered.get("parts")) {
                    if (part.has("functionCall")) {
                        JsonNode call = part.get("functionCall");
                        results.addObject()
                                .putObject("functionResponse")
                                .put("id", call.get("id").asString())
                                .put("name", call.get("name").asString())
                                .putObject("response")
                                .put("output", "done");
                    }
                }
                if (!results.isEmpty()) {
                    contents.addObject().put("role", "user").set("parts", results);
                }
            }
        }

        ObjectNode says() {
            CallServer.Reply reply = ask(customer, model);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            ObjectNode answered = JSON.createObjectNode().put("role", "model");
            ArrayNode parts = answered.putArray("parts");
            List<JsonNode> chunks = streams ? reply.chunks() : List.of(reply.json());
            chunks.forEach(chunk -> chunk.at("/candidates/0/content/parts").forEach(parts::add));
            first.add(parts.path(0).path("thoughtSignature").asString(""));
            contents.add(answered);
            return answered;
        }

        CallServer.Reply ask(Customer who, String model) {
            ObjectNode body = JSON.createObjectNode();
            body.set("contents", contents);
            body.putArray("tools")
                    .addObject()
                    .putArray("functionDeclarations")
                    .addObject()
                    .put("name", "next_step");
            String method = streams ? "streamGenerateContent?alt=sse" : "generateContent";
            return channels.gateway().post("/v1beta/models/" + model + ":" + method, body.toString(), who.key());
        }
    }
}
