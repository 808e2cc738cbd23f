package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.Interactions.PATH;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.ask;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.json;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.made;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.steps;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.protocols.googleapi.interactions.Interactions.Streamed;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Kept interactions of running servers, and conversations that their callers send back (Y47 to Y49). Bodies are written with single quotes. */
@Timeout(240)
@ParameterizedClass
@MethodSource(Stores.USUAL)
class KeptInteractionsTest {

    private static final Tokens SOME = new Tokens(100, 20, 0);
    private static final String LOOK = "'tools':[{'type':'function','name':'look','parameters':{'type':'object',"
            + "'properties':{'at':{'type':'string'}}}}]";

    @Parameter
    Stores stores;

    private static CallServer gateway;
    private Customer customer;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores, "models.file", "models/gemini-all.yaml");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
        gateway.script(
                UpstreamScript.answers().text("Hello.").finish("STOP", SOME).times(20));
    }

    private JsonNode asked(String members) {
        if (!members.contains("'stream':true")) {
            return made(gateway, customer, members);
        }
        return Streamed.of(ask(gateway, customer, members)).last().get("interaction");
    }

    private String id(String members) {
        return asked(members).get("id").asString();
    }

    private static String after(String id) {
        return ",'previous_interaction_id':'" + id + "'";
    }

    private Reply get(String id) {
        return gateway.get(PATH + "/" + id, customer.key());
    }

    private long kept() {
        return gateway.number("SELECT COUNT(*) FROM kept_response WHERE account_id = '" + customer.account() + "'");
    }

    private static List<String> sent() {
        List<String> texts = new ArrayList<>();
        for (JsonNode content : gateway.lastAsked().get("contents")) {
            content.get("parts")
                    .forEach(part -> texts.add(content.get("role").asString() + ": "
                            + part.path("text").asString("")));
        }
        return texts;
    }

    private static void assertNamesThePrevious(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().at("/details/0/reason").asString()).isEqualTo("previous_response_not_found");
        assertThat(reply.error().at("/details/1/fieldViolations/0/field").asString())
                .isEqualTo("previous_interaction_id");
    }

    // ---- retrieval ----

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void an_interaction_is_read_again_with_its_input_after_a_restart(String streamed) {
        JsonNode made = asked(
                "'input':[{'type':'text','text':'Hi'},{'type':'text','text':'you'}],'system_instruction':'Be brief.'"
                        + streamed);
        gateway.restart();
        JsonNode found = get(made.get("id").asString()).json();

        assertThat(steps(found)).containsExactly("user_input:Hiyou", "model_output:Hello.");
        for (String same : made.propertyNames()) {
            if (!same.equals("steps")) {
                assertThat(found.get(same)).as(same).isEqualTo(made.get(same));
            }
        }
    }

    @Test
    void an_interaction_is_served_under_each_of_googles_bases() {
        String id = id("'input':'Hi'");
        for (String base : List.of("/v1beta", "/v1", "/v1/gemini/v1beta", "/v1/gemini/v1")) {
            assertThat(gateway.get(base + "/interactions/" + id, customer.key()).status())
                    .isEqualTo(200);
            assertThat(gateway.post(
                                    base + "/interactions",
                                    json("{'model':'gemini-3.8-flash','input':'Hi'}"),
                                    customer.key())
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void an_interaction_is_not_streamed_again() {
        String id = id("'input':'Hi'");
        for (String query : List.of("stream=true", "last_event_id=a")) {
            Reply reply = get(id + "?" + query);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().at("/details/1/fieldViolations/0/field").asString())
                    .isEqualTo(query.replaceAll("=.*", ""));
        }
        assertThat(get(id + "?stream=false").status()).isEqualTo(200);
    }

    @Test
    void a_deleted_interaction_is_gone_at_once_and_its_charge_stays() {
        String id = id("'input':'Hi'");
        String next = id("'input':'More'" + after(id));
        assertThat(gateway.send("DELETE", PATH + "/" + id, null, customer.key()).text())
                .isEqualTo("{}");

        assertThat(get(id).status()).isEqualTo(404);
        assertThat(gateway.send("DELETE", PATH + "/" + id, null, customer.key()).status())
                .isEqualTo(404);
        assertNamesThePrevious(ask(gateway, customer, "'input':'Again'" + after(next)));
        assertNamesThePrevious(ask(gateway, customer, "'input':'Again'" + after(id)));
        assertThat(kept()).isEqualTo(1);
        assertThat(customer.consumed()).isPositive();
    }

    @Test
    void only_interactions_in_the_background_can_be_cancelled() {
        assertThat(gateway.post(PATH + "/" + id("'input':'Hi'") + "/cancel", "{}", customer.key())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_call_that_says_no_is_not_kept() {
        String id = id("'input':'Hi','store':false");

        assertThat(kept()).isZero();
        assertThat(get(id).status()).isEqualTo(404);
        assertNamesThePrevious(ask(gateway, customer, "'input':'More'" + after(id)));
    }

    @Test
    void an_operator_who_keeps_nothing_makes_every_call_say_so() {
        try (CallServer off = CallServer.startOn(stores, "responses.store", "off")) {
            Customer its = off.customer("10");
            off.script(
                    UpstreamScript.answers().text("Hello.").finish("STOP", SOME).times(2));
            String body = "{'model':'gemini-2.5-pro','input':'Hi'%s}";
            assertThat(off.post(PATH, json(body.formatted("")), its.key()).header("x-tollgate-ignored"))
                    .isEqualTo("store");
            assertThat(off.post(PATH, json(body.formatted(",'store':false")), its.key())
                            .header("x-tollgate-ignored"))
                    .isEmpty();
            assertThat(off.number("SELECT COUNT(*) FROM kept_response")).isZero();
        }
    }

    @Test
    void a_task_and_its_receipt_are_found_by_the_interactions_id() {
        String id = id("'input':'Hi'");
        String task = "chatcmpl-" + id.substring("v1_".length());
        for (String path : List.of("/v1/tasks/", "/v1/receipts/")) {
            assertThat(gateway.get(path + id, customer.key()).text())
                    .isEqualTo(gateway.get(path + task, customer.key()).text())
                    .contains(task);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void a_repeated_key_gets_the_same_interaction_for_one_charge(String streamed) {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String body = json("{'model':'gemini-3.8-flash','input':'Hi'" + streamed + "}");
            replies.add(gateway.send(gateway.request("POST", PATH, body, customer.key())
                    .header("Idempotency-Key", "key-" + streamed.length())));
        }
        assertThat(replies.getLast().text())
                .isEqualTo(replies.getFirst().text())
                .contains("completed");
        assertThat(replies.getLast().header("idempotent-replayed")).isEqualTo("true");
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(kept()).isEqualTo(1);
    }

    // ---- isolation ----

    @Test
    void what_is_not_kept_for_a_caller_is_a_404_and_no_previous_interaction() {
        String id = id("'input':'Hi'");
        String response = gateway.post("/v1/responses", json("{'model':'gemini-2.5-pro','input':'Hi'}"), customer.key())
                .json()
                .get("id")
                .asString();
        Customer other = gateway.customer("100");
        List<String> none = List.of(
                "v1_unknown", response, "v1_" + response.substring("resp_".length()), "chatcmpl-" + id.substring(3));
        for (String each : none) {
            assertThat(get(each).status()).as(each).isEqualTo(404);
            assertThat(gateway.send("DELETE", PATH + "/" + each, null, customer.key())
                            .status())
                    .isEqualTo(404);
            assertThat(gateway.post(PATH + "/" + each + "/cancel", "{}", customer.key())
                            .status())
                    .isEqualTo(404);
            assertNamesThePrevious(ask(gateway, customer, "'input':'More'" + after(each)));
        }
        assertThat(gateway.get(PATH + "/" + id, other.key()).status()).isEqualTo(404);
        assertThat(gateway.send("DELETE", PATH + "/" + id, null, other.key()).status())
                .isEqualTo(404);
        assertNamesThePrevious(ask(gateway, other, "'input':'More'" + after(id)));
        assertThat(other.tasks()).isZero();
        String asResponse = "resp_" + id.substring("v1_".length());
        assertThat(gateway.get("/v1/responses/" + asResponse, customer.key()).status())
                .isEqualTo(404);
        assertThat(gateway.post(
                                "/v1/responses",
                                json("{'model':'gemini-2.5-pro','input':'Hi','previous_response_id':'" + asResponse
                                        + "'}"),
                                customer.key())
                        .status())
                .isEqualTo(400);
        assertThat(get(id).status()).isEqualTo(200);
    }

    @Test
    void an_interaction_is_read_by_its_owners_keys_alone() {
        for (int i = 1; i <= 2; i++) {
            gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_i" + i
                    + "', '" + customer.account() + "', 'per_i" + i + "', 'member', 1)");
        }
        String mine = customer.keyOf("mem_i1", "");
        String id = gateway.post(PATH, json("{'model':'gemini-3.8-flash','input':'Hi'}"), mine)
                .json()
                .get("id")
                .asString();
        String more = json("{'model':'gemini-3.8-flash','input':'More'" + after(id) + "}");
        String management = customer.managementKey();

        for (String key : List.of(customer.key(), customer.keyOf("mem_i2", ""))) {
            assertThat(gateway.get(PATH + "/" + id, key).status()).isEqualTo(404);
            assertThat(gateway.send("DELETE", PATH + "/" + id, null, key).status())
                    .isEqualTo(404);
            assertNamesThePrevious(gateway.post(PATH, more, key));
        }
        assertThat(gateway.get(PATH + "/" + id, management).status()).isEqualTo(403);
        assertThat(gateway.send("DELETE", PATH + "/" + id, null, management).status())
                .isEqualTo(403);
        assertThat(gateway.post(PATH, more, mine).status()).isEqualTo(200);
        assertThat(gateway.get(PATH + "/" + id, mine).status()).isEqualTo(200);
    }

    // ---- conversations ----

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void a_conversation_of_three_continues_across_a_restart(String streamed) {
        String first = id("'input':'One','system_instruction':'Be brief.','generation_config':{'max_output_tokens':900}"
                + streamed);
        String second = id("'input':[{'type':'user_input','content':'Two'}]" + after(first) + streamed);
        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two");
        gateway.restart();
        JsonNode third = asked("'input':'Three'" + after(second) + streamed);

        assertThat(sent()).containsExactly("user: One", "model: Hello.", "user: Two", "model: Hello.", "user: Three");
        assertThat(gateway.lastAsked().has("systemInstruction")).isFalse();
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt(0))
                .isNotEqualTo(900);
        assertThat(third.get("previous_interaction_id").asString()).isEqualTo(second);
    }

    private void scriptCall() {
        gateway.script(UpstreamScript.answers()
                .event(
                        json(
                                "{'candidates':[{'content':{'role':'model','parts':[{'functionCall':{'name':'look','args':{'at':'é'}},"
                                        + "'thoughtSignature':'c2lnbmVk'},{'functionCall':{'name':'look','args':{'at':'b'}}}]}}]}"))
                .finish("STOP", SOME)
                .times(1)
                .next()
                .text("Done.")
                .finish("STOP", SOME)
                .times(5));
    }

    private static String results(JsonNode called) {
        List<String> results = new ArrayList<>();
        for (JsonNode step : called.get("steps")) {
            if (step.get("type").asString().equals("function_call")) {
                results.add("{'type':'function_result','call_id':" + step.get("id") + ",'result':'seen "
                        + step.at("/arguments/at").asString() + "'}");
            }
        }
        return String.join(",", results.reversed());
    }

    private static void assertCalledAndAnswered(int calls) {
        JsonNode contents = gateway.lastAsked().get("contents");
        JsonNode called = contents.get(1).get("parts");
        assertThat(called).as(contents.toString()).hasSize(calls);
        assertThat(called.at("/0/thoughtSignature").asString())
                .as(contents.toString())
                .isEqualTo("c2lnbmVk");
        assertThat(called.at("/1").has("thoughtSignature")).isFalse();
        for (JsonNode answer : contents.get(2).get("parts")) {
            JsonNode call = called.valueStream()
                    .filter(it -> it.at("/functionCall/id").equals(answer.at("/functionResponse/id")))
                    .findFirst()
                    .orElseThrow();
            assertThat(answer.at("/functionResponse/name").asString()).isEqualTo("look");
            assertThat(answer.at("/functionResponse/response/result").asString())
                    .isEqualTo("seen " + call.at("/functionCall/args/at").asString());
        }
    }

    @Test
    void results_find_their_calls_in_the_interaction_before() {
        scriptCall();
        JsonNode called = asked("'input':'Go'," + LOOK);
        assertThat(called.get("status").asString()).isEqualTo("requires_action");
        JsonNode done = asked("'input':[" + results(called) + "]," + LOOK
                + after(called.get("id").asString()));

        assertThat(steps(done)).containsExactly("model_output:Done.");
        assertCalledAndAnswered(2);
    }

    @Test
    void a_result_without_its_call_before_is_refused_by_its_own_name() {
        scriptCall();
        JsonNode called = asked("'input':'Go'," + LOOK);
        Reply reply = ask(
                gateway,
                customer,
                "'input':[{'type':'function_result','call_id':'none','name':'look','result':'a'}]," + LOOK
                        + after(called.get("id").asString()));

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).doesNotContain("contents[");
    }

    /** What callers do to the thoughts of a conversation that they keep themselves. */
    @ParameterizedTest
    @ValueSource(strings = {"kept", "without", "dropped"})
    void a_conversation_that_its_caller_keeps_has_its_signatures(String thoughts) {
        scriptCall();
        JsonNode called = asked("'input':'Go'," + LOOK + ",'store':false");
        ArrayNode back = (ArrayNode) called.get("steps");
        for (int i = back.size() - 1; i >= 0; i--) {
            if (back.get(i).get("type").asString().equals("thought")) {
                switch (thoughts) {
                    case "without" -> ((ObjectNode) back.get(i)).remove("signature");
                    case "dropped" -> back.remove(i);
                    default -> {}
                }
            }
        }
        String steps = back.toString();
        asked("'input':[{'type':'user_input','content':'Go'}," + steps.substring(1, steps.length() - 1) + ","
                + results(called) + "]," + LOOK);

        assertCalledAndAnswered(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void a_signature_that_came_late_continues_with_its_text(String streamed) {
        gateway.script(UpstreamScript.answers()
                .text("Hello.")
                .event(json("{'candidates':[{'content':{'parts':[{'text':'','thoughtSignature':'c2lnbmVk'}]},"
                        + "'finishReason':'STOP'}]}"))
                .times(20));
        String id = id("'input':'Hi'" + streamed);
        id("'input':'More'" + after(id));

        assertThat(gateway.lastAsked().at("/contents/1/parts").toString())
                .isEqualTo(json("[{'text':'Hello.','thoughtSignature':'c2lnbmVk'}]"));
    }

    @Test
    void a_signature_that_another_model_made_is_left_out_and_named() {
        scriptCall();
        JsonNode called = asked("'input':'Go'," + LOOK + ",'store':false");
        String steps = called.get("steps").toString();
        Reply reply = ask(
                gateway,
                customer,
                "'model':'gemini-3.5-flash','input':[{'type':'user_input','content':'Go'},"
                        + steps.substring(1, steps.length() - 1) + "," + results(called) + "]," + LOOK);

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("input[1].signature");
        assertThat(gateway.lastAsked()
                        .at("/contents/1/parts/0/thoughtSignature")
                        .asString())
                .isNotEqualTo("c2lnbmVk");
    }

    @Test
    void a_call_with_an_edited_signature_or_none_at_all_is_no_error() {
        for (String thought : List.of(
                "",
                "{'type':'thought','signature':'ZWRpdGVk'},",
                "{'type':'thought','signature':'','summary':[]},",
                "{'type':'thought','signature':'edited by hand'},")) {
            asked("'input':[{'type':'user_input','content':'Go'}," + thought
                    + "{'type':'function_call','id':'x','name':'look','arguments':{}},"
                    + "{'type':'function_result','call_id':'x','result':'seen'}]," + LOOK);
            assertThat(gateway.lastAsked()
                            .at("/contents/1/parts/0/thoughtSignature")
                            .asString())
                    .isNotEmpty();
        }
    }

    // ---- images: the sandbox refuses those of this model without their signature, as Google does ----

    private JsonNode image(String input, String more) {
        gateway.script("[]");
        JsonNode made = asked("'model':'gemini-3-pro-image','input':" + input + more);
        assertThat(made.get("steps").toString()).contains("\"type\":\"image\"");
        return made;
    }

    private static List<JsonNode> imagesOfTheModel() {
        return gateway.lastAsked()
                .get("contents")
                .valueStream()
                .filter(content -> content.get("role").asString().equals("model"))
                .flatMap(content -> content.get("parts").valueStream())
                .filter(part -> part.has("inlineData"))
                .toList();
    }

    @Test
    void an_image_is_edited_three_times_and_after_a_restart() {
        String id = image("'A house'", "").get("id").asString();
        for (String wish : List.of("with a red door", "at night", "in snow")) {
            gateway.restart();
            id = image("'" + wish + "'", after(id)).get("id").asString();
        }
        assertThat(imagesOfTheModel())
                .hasSize(3)
                .allMatch(part -> part.path("thoughtSignature").asString("").length() > 10);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_image_that_its_caller_sends_back_is_edited(boolean withThoughts) {
        ArrayNode back = (ArrayNode) image("'A house'", "").get("steps");
        for (int i = back.size() - 1; !withThoughts && i >= 0; i--) {
            if (back.get(i).get("type").asString().equals("thought")) {
                back.remove(i);
            }
        }
        image(
                "[{'type':'user_input','content':'A house'},"
                        + back.toString().substring(1, back.toString().length() - 1)
                        + ",{'type':'text','text':'at night'}]",
                "");
        assertThat(imagesOfTheModel())
                .hasSize(1)
                .allMatch(part -> part.path("thoughtSignature").asString("").length() > 10);
    }

    @Test
    void an_image_of_others_goes_to_the_users_next_turn() {
        JsonNode made = image("'A house'", "");
        String data = made.findValue("data").asString();
        String other = data.substring(0, data.length() - 8) + "AAAA" + data.substring(data.length() - 4);
        image(
                "[{'type':'user_input','content':'A house'},{'type':'model_output','content':[{'type':'image','mime_type':'image/png','data':'"
                        + other + "'}]},{'type':'text','text':'at night'}]",
                "");
        assertThat(imagesOfTheModel()).isEmpty();
        JsonNode last = gateway.lastAsked().at("/contents/2/parts");
        assertThat(last.at("/0/text").asString()).isEqualTo("at night");
        assertThat(last.at("/1").has("inlineData")).isTrue();
    }

    @Test
    void an_image_of_the_last_turn_that_has_no_signature_is_the_users() {
        String data =
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        image(
                "[{'type':'user_input','content':'A house'},{'type':'model_output','content':[{'type':'image','mime_type':'image/png','data':'"
                        + data + "'}]}]",
                "");
        assertThat(imagesOfTheModel()).isEmpty();
        assertThat(gateway.lastAsked().at("/contents/2/role").asString()).isEqualTo("user");
        assertThat(gateway.lastAsked().at("/contents/2/parts/0").has("inlineData"))
                .isTrue();
    }

    @Test
    void an_image_of_another_model_is_edited_as_the_users() {
        gateway.script("[]");
        String other = asked("'model':'gemini-nano-banana-2.1','input':'A house'")
                .get("id")
                .asString();
        image("'at night'", after(other));
        assertThat(imagesOfTheModel()).isEmpty();
        assertThat(gateway.lastAsked().at("/contents/2/parts/0").has("inlineData"))
                .isTrue();
        assertThat(gateway.lastAsked().at("/contents/2/parts/1/text").asString())
                .isEqualTo("at night");
    }

    // ---- images by address ----

    private static final String BY_ADDRESS = ",'response_format':{'type':'image','delivery':'uri'}";

    private static String address(String text) {
        List<String> found = Pattern.compile("\"uri\":\"(http[^\"]+)\"")
                .matcher(text)
                .results()
                .map(it -> it.group(1))
                .toList();
        assertThat(found).as(text).hasSize(1);
        assertThat(text).doesNotContain("\"data\":\"iVBO");
        return found.getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void an_image_comes_by_its_address_and_goes_back_by_it(String streamed) {
        gateway.script("[]");
        Reply reply = ask(gateway, customer, "'model':'gemini-3-pro-image','input':'A house'" + BY_ADDRESS + streamed);
        String address = address(reply.text());
        Reply fetched = gateway.send(HttpRequest.newBuilder(URI.create(address)).GET());
        assertThat(fetched.status()).isEqualTo(200);
        assertThat(fetched.header("content-type")).isEqualTo("image/png");

        image(
                "[{'type':'user_input','content':'A house'},{'type':'model_output','content':[{'type':'image','mime_type':'image/png','uri':'"
                        + address + "'}]},{'type':'text','text':'at night'}]",
                "");
        assertThat(imagesOfTheModel())
                .hasSize(1)
                .allMatch(part -> part.path("thoughtSignature").asString("").length() > 10);

        String id = streamed.isEmpty()
                ? reply.json().get("id").asString()
                : Streamed.of(reply).last().at("/interaction/id").asString();
        assertThat(get(id).json().findValue("data").asString()).startsWith("iVBO");
        image("'in snow'", after(id));
        assertThat(imagesOfTheModel()).hasSize(1);
    }

    @Test
    void without_room_for_images_by_address_a_call_is_refused_before_the_model_is_asked() {
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " SELECT 'full', id, '', 'key', 'made', name, 'image/png', 1000000000, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                                .replace("name,", stores == Stores.SQLITE ? "x''," : "''::bytea,")
                        + customer.account() + "'");
        int asked = gateway.asked().size();
        assertThat(ask(gateway, customer, "'model':'gemini-3-pro-image','input':'A house'" + BY_ADDRESS)
                        .status())
                .isEqualTo(429);
        assertThat(gateway.asked()).hasSize(asked);
    }

    // ---- limits ----

    @Test
    void an_interaction_too_large_to_keep_is_not_kept() {
        gateway.script(UpstreamScript.answers().text("a".repeat(1_100_000)).finish("STOP", SOME));
        String id = id("'input':'Hi'");
        assertThat(kept()).isZero();
        assertNamesThePrevious(ask(gateway, customer, "'input':'More'" + after(id)));
    }

    @Test
    void an_input_too_large_to_keep_is_named() {
        StringBuilder noise = new StringBuilder();
        Random random = new Random(5);
        while (noise.length() < 2_500_000) {
            noise.append(Long.toString(random.nextLong(), 36));
        }
        Reply reply = ask(gateway, customer, "'input':'" + noise + "'");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("store");
        assertThat(kept()).isZero();
    }
}
