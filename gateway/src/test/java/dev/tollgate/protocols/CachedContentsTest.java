package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Cached contents, which are kept beginnings of prompts. Bodies are written with single quotes. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class CachedContentsTest {

    private static final String MODEL = "gemini-2.5-pro";
    private static final String CACHES = "/v1beta/cachedContents";
    private static final String LONG = "A toll is paid at the bridge. ".repeat(400);
    private static final String CONTENTS =
            "'contents':[{'role':'user','parts':[{'text':'" + LONG + "'}]},{'role':'model','parts':[{'text':'Yes.'}]}]";
    private static final String TOOLS = "'tools':[{'functionDeclarations':[{'name':'f','description':'F'}]}]";
    private static final String ASKS = "'contents':[{'role':'user','parts':[{'text':'Who pays?'}]}]";

    @Parameter
    Stores stores;

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.startOn(stores);
        customer = gateway.customer("100");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private Reply creates(String key, String members) {
        return gateway.post(CACHES, json("{" + members + "}"), key);
    }

    private JsonNode created(String key, String members) {
        Reply reply = creates(key, "'model':'models/" + MODEL + "'," + members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private String cached() {
        return created(customer.key(), CONTENTS).get("name").asString();
    }

    private Reply asks(String method, String key, String name, String members) {
        return gateway.post(
                "/v1beta/models/" + MODEL + ":" + method,
                json("{'cachedContent':'" + name + "'," + members + "}"),
                key);
    }

    private Reply asks(String name) {
        return asks("generateContent", customer.key(), name, ASKS);
    }

    private Reply send(String method, String name, String body, String key) {
        return gateway.send(method, "/v1beta/" + name, body == null ? null : json(body), key);
    }

    private static void assertNotThere(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
        assertThat(reply.error().get("status").asString()).isEqualTo("PERMISSION_DENIED");
        assertThat(reply.error().get("message").asString()).isEqualTo("CachedContent not found (or permission denied)");
    }

    private static void assertRefused(Reply reply, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("status").asString()).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    private static Instant time(JsonNode cache, String member) {
        return Instant.parse(cache.get(member).asString());
    }

    // ---- interactions ----

    private Reply interacts(String key, String name, String members) {
        String model = members.contains("'model'") ? "" : "'model':'" + MODEL + "',";
        return gateway.post(
                "/v1beta/interactions", json("{" + model + "'cached_content':'" + name + "'," + members + "}"), key);
    }

    private List<String> sent() {
        return gateway.lastAsked()
                .get("contents")
                .valueStream()
                .map(content -> content.at("/parts/0/text").asString())
                .toList();
    }

    @Test
    void an_interaction_begins_with_cached_contents_also_when_it_goes_on() {
        String name = cached();
        Reply first = interacts(customer.key(), name, "'input':'Who pays?'");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(sent()).containsExactly(LONG, "Yes.", "Who pays?");
        JsonNode whole = first.json();

        Reply next = interacts(
                customer.key(),
                name,
                "'input':'And then?','previous_interaction_id':'"
                        + whole.get("id").asString() + "'");
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(sent()).hasSize(5).startsWith(LONG, "Yes.", "Who pays?").endsWith("And then?");
        assertThat(gateway.get("/v1beta/interactions/" + whole.get("id").asString(), customer.key())
                        .text())
                .doesNotContain("A toll");
    }

    @Test
    void cached_contents_that_an_interaction_cannot_have_are_refused() {
        String name = cached();
        assertNotThere(interacts(gateway.customer("100").key(), name, "'input':'Hi'"));
        assertRefused(
                interacts(customer.key(), "projects/p/cachedContents/1", "'input':'Hi'"),
                "cached_content: must be the name");
        assertRefused(interacts(customer.key(), name, "'input':'Hi','model':'gemini-3-pro'"), "has to be the same");
        assertRefused(
                interacts(customer.key(), name, "'input':'Hi','system_instruction':'Be brief.'"),
                "CachedContent can not be used");
        Reply refused = interacts(
                customer.key(), name, "'input':[{'type':'function_result','call_id':'x','name':'f','result':'a'}]");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().at("/details/1/fieldViolations/0/field").asString())
                .isEqualTo("input[0]");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    // ---- what is served ----

    @Test
    void contents_are_cached_read_listed_prolonged_and_deleted() {
        Reply reply = creates(
                customer.key(), "'model':'models/" + MODEL + "','displayName':'Tolls','ttl':'600s'," + CONTENTS);
        JsonNode cache = reply.json();
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("cachedContent (kept here)");
        String name = cache.get("name").asString();
        assertThat(name).matches("cachedContents/[0-9a-f]{32}");
        assertThat(cache.get("model").asString()).isEqualTo("models/" + MODEL);
        assertThat(cache.get("displayName").asString()).isEqualTo("Tolls");
        assertThat(cache.at("/usageMetadata/totalTokenCount").asLong()).isGreaterThan(1_000);
        assertThat(Duration.between(time(cache, "createTime"), time(cache, "expireTime")))
                .isBetween(Duration.ofSeconds(600), Duration.ofSeconds(660));
        assertThat(send("GET", name, null, customer.key()).json()).isEqualTo(cache);
        assertThat(gateway.get(CACHES, customer.key()).json().at("/cachedContents/0"))
                .isEqualTo(cache);
        JsonNode later = send("PATCH", name, "{'ttl':'86400s'}", customer.key()).json();
        assertThat(Duration.between(time(cache, "expireTime"), time(later, "expireTime")))
                .isBetween(Duration.ofHours(23), Duration.ofHours(24));
        assertThat(send("DELETE", name, null, customer.key()).text()).isEqualTo("{}");
        assertNotThere(send("GET", name, null, customer.key()));
        assertNotThere(send("PATCH", name, "{'ttl':'60s'}", customer.key()));
        assertNotThere(send("DELETE", name, null, customer.key()));
        assertNotThere(asks(name));
        assertThat(customer.balance()).isEqualTo("100"); // keeping is free
    }

    @Test
    void a_request_is_sent_with_the_contents_that_it_names() {
        String name = created(
                        customer.key(),
                        CONTENTS + "," + TOOLS + ",'systemInstruction':{'parts':[{'text':'Be short.'}]}")
                .get("name")
                .asString();
        gateway.restart();
        for (String method : List.of("generateContent", "streamGenerateContent?alt=sse")) {
            Reply reply = asks(method, customer.key(), name, ASKS);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode asked = gateway.lastAsked();
            assertThat(asked.get("contents").size()).isEqualTo(3);
            assertThat(asked.at("/contents/0/parts/0/text").asString()).isEqualTo(LONG);
            assertThat(asked.at("/contents/2/parts/0/text").asString()).isEqualTo("Who pays?");
            assertThat(asked.at("/systemInstruction/parts/0/text").asString()).isEqualTo("Be short.");
            assertThat(asked.at("/tools/0/functionDeclarations/0/name").asString())
                    .isEqualTo("f");
            assertThat(asked.has("cachedContent")).isFalse();
        }
        Reply count = gateway.post(
                "/v1beta/models/" + MODEL + ":countTokens",
                json("{'generateContentRequest':{'model':'models/" + MODEL + "','cachedContent':'" + name + "'," + ASKS
                        + "}}"),
                customer.key());
        assertThat(count.json().get("totalTokens").asLong()).isGreaterThan(1_000);
    }

    @Test
    void the_price_is_that_of_the_tokens_and_the_name_is_the_session() {
        String name = cached();
        asks(name);
        asks("generateContent", customer.key(), name, ASKS.replace("Who", "What"));
        JsonNode byName = customer.lastTask();
        assertThat(byName.at("/cache/session").asString(""))
                .as(byName.toString())
                .isEqualTo("cachedContent");
        String[] members = {CONTENTS.substring(0, CONTENTS.length() - 1), ASKS.substring("'contents':[".length())};
        gateway.post(
                "/v1beta/models/" + MODEL + ":generateContent",
                json("{" + String.join(",", members) + "}"),
                customer.key());
        JsonNode whole = customer.lastTask();
        assertThat(byName.at("/usage/prompt_tokens").asLong())
                .isEqualTo(whole.at("/usage/prompt_tokens").asLong())
                .isGreaterThan(1_000);
    }

    @Test
    void files_in_cached_contents_stay_references() {
        Reply begun = gateway.send(gateway.request("POST", "/upload/v1beta/files", null, customer.key())
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .header("X-Goog-Upload-Header-Content-Length", "5")
                .header("X-Goog-Upload-Header-Content-Type", "text/plain"));
        Reply file = gateway.send(HttpRequest.newBuilder(URI.create(begun.header("x-goog-upload-url")))
                .header("X-Goog-Upload-Command", "upload, finalize")
                .header("X-Goog-Upload-Offset", "0")
                .POST(HttpRequest.BodyPublishers.ofString("Tolls")));
        String uri = file.json().at("/file/uri").asString();
        String name = created(
                        customer.key(),
                        "'contents':[{'role':'user','parts':[{'fileData':{'fileUri':'" + uri
                                + "','mimeType':'text/plain'}}]},{'role':'model','parts':[{'text':'Yes.'}]}]")
                .get("name")
                .asString();
        assertThat(asks(name).status()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/0/parts/0/inlineData/data").asString())
                .isEqualTo("VG9sbHM=");
        gateway.send("DELETE", "/v1beta/" + file.json().at("/file/name").asString(), null, customer.key());
        assertThat(asks(name).status()).isEqualTo(403);
    }

    @Test
    void contents_expire_an_hour_after_they_were_cached_or_at_their_time() {
        Instant start = Instant.parse("2027-01-01T00:00:00Z");
        gateway.setNow(start);
        String hour = cached();
        String later = created(customer.key(), "'expireTime':'2027-01-01T02:00:00Z'," + CONTENTS)
                .get("name")
                .asString();
        gateway.setNow(start.plus(Duration.ofMinutes(59)));
        assertThat(asks(hour).status()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofMinutes(61)));
        assertNotThere(asks(hour));
        assertThat(asks(later).status()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofHours(2)));
        assertNotThere(asks(later));
        assertThat(gateway.get(CACHES, customer.key())
                        .json()
                        .get("cachedContents")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void contents_are_used_at_another_server_over_the_same_database() {
        stop();
        stores = Stores.POSTGRESQL;
        start();
        String name = cached();
        try (CallServer other = CallServer.startOn(gateway.environment().get("TOLLGATE_DATABASE_URL"))) {
            Reply reply = other.post(
                    "/v1beta/models/" + MODEL + ":generateContent",
                    json("{'cachedContent':'" + name + "'," + ASKS + "}"),
                    customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(other.lastAsked().get("contents").size()).isEqualTo(3);
        }
    }

    // ---- whose they are ----

    @Test
    void contents_are_there_for_their_owners_keys_alone() throws Exception {
        String member = customer.member("ann", "member");
        String owned = customer.keyOf(member, "");
        String name = created(owned, CONTENTS + ",'displayName':'confidential plan'")
                .get("name")
                .asString();
        for (String key : List.of(customer.key(), gateway.customer("100").key())) {
            assertNotThere(send("GET", name, null, key));
            assertNotThere(send("PATCH", name, "{'ttl':'60s'}", key));
            assertNotThere(send("DELETE", name, null, key));
            assertNotThere(asks("generateContent", key, name, ASKS));
            assertThat(gateway.get(CACHES, key).json().get("cachedContents").isEmpty())
                    .isTrue();
        }
        assertThat(gateway.number("SELECT expires_at - created_at FROM stored_file"))
                .isGreaterThanOrEqualTo(Duration.ofHours(1).toMillis()); // no stranger has changed it
        String manager = customer.managementKey();
        assertThat(send("GET", name, null, manager).status()).isEqualTo(403);
        assertThat(creates(manager, "'model':'" + MODEL + "'," + CONTENTS).status())
                .isEqualTo(403);
        assertThat(asks("generateContent", owned, name, ASKS).status()).isEqualTo(200);
        gateway.atRest()
                .forEach((file, bytes) ->
                        assertThat(bytes).as(file).doesNotContain("confidential plan", "A toll is paid"));
    }

    // ---- what is refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'ttl':'0s'|kept for more than 0 and at most 604800 seconds",
                "'ttl':'604801s'|kept for more than 0 and at most 604800 seconds",
                "'ttl':'1h'|ttl: must be seconds like",
                "'expireTime':'tomorrow'|expire_time: must be a time like",
                "'expireTime':'2020-01-01T00:00:00Z'|kept for more than 0",
                "'ttl':'60s','expireTime':'2030-01-01T00:00:00Z'|cannot both be set",
                "'name':'cachedContents/mine'|the server names cached contents",
                "'kmsKeyName':'k'|kms_key_name: is not supported",
                "'colour':'red'|colour",
                "'tools':[{'fileSearch':{}}]|file_search",
            })
    void a_member_that_cannot_be_served_is_refused_by_name(String member, String message) {
        assertRefused(creates(customer.key(), "'model':'models/" + MODEL + "'," + CONTENTS + "," + member), message);
        assertThat(gateway.number("SELECT COUNT(*) FROM stored_file")).isZero();
    }

    @Test
    void model_and_contents_are_required_and_bounded() {
        assertRefused(creates(customer.key(), CONTENTS), "the model is not specified");
        assertRefused(creates(customer.key(), "'model':'models/" + MODEL + "'"), "contents is not specified");
        assertThat(creates(customer.key(), "'model':'models/none'," + CONTENTS).status())
                .isEqualTo(404);
        assertRefused(
                creates(
                        customer.key(),
                        "'model':'" + MODEL + "','contents':[{'parts':[{'text':'" + "a".repeat(8 << 20) + "'}]}]"),
                "at most 8388608 bytes");
        assertRefused(
                creates(
                        customer.key(),
                        "'model':'" + MODEL + "'," + CONTENTS + ",'displayName':'" + "a".repeat(129) + "'"),
                "display_name: at most 128 characters");
        assertThat(creates(gateway.customer("0").key(), "'model':'" + MODEL + "'," + CONTENTS)
                        .status())
                .isEqualTo(402);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'systemInstruction':{'parts':[{'text':'a'}]}|CachedContent can not be used",
                "'toolConfig':{'functionCallingConfig':{'mode':'ANY'}}|CachedContent can not be used",
                "'tools':[{'googleSearch':{}}]|CachedContent can not be used",
            })
    void a_request_has_nothing_that_the_contents_have(String member, String message) {
        assertRefused(asks("generateContent", customer.key(), cached(), ASKS + "," + member), message);
    }

    @Test
    void another_name_model_or_place_is_refused_in_googles_words() {
        String name = cached();
        for (String other : List.of("projects/p/locations/l/cachedContents/1", "cachedContents/x", "x")) {
            assertRefused(asks(other), "cached_content: must be the name of cached contents of this server");
        }
        assertNotThere(asks("cachedContents/0123456789abcdef0123456789abcdef"));
        assertRefused(
                gateway.post(
                        "/v1beta/models/gemini-3-pro:generateContent",
                        json("{'cachedContent':'" + name + "'," + ASKS + "}"),
                        customer.key()),
                "CachedContent (models/" + MODEL + ") has to be the same");
        assertRefused(asks("generateContent", customer.key(), name, "'contents':[]"), "contents is not specified");
        Reply wrong =
                asks("generateContent", customer.key(), name, "'contents':[{'role':'king','parts':[{'text':'a'}]}]");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("contents[0]").doesNotContain("contents[2]");
        assertThat(gateway.asked()).allMatch(asked -> !asked.path().contains(":generateContent"));
    }

    @Test
    void a_refusal_of_a_later_check_numbers_the_contents_of_the_request_alone() {
        String file = "'contents':[{'role':'user','parts':[{'fileData':{'fileUri':'http://10.0.0.1/a.png'}}]}]";

        Reply reply = asks("generateContent", customer.key(), cached(), file);

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().at("/details/1/fieldViolations/0/field").asString())
                .isEqualTo("contents[0].parts[0].file_data.file_uri");
        assertRefused(reply, "'contents[0].parts[0].file_data.file_uri'");
    }

    @Test
    void a_refusal_of_contents_leaves_the_callers_own_words_as_they_are() {
        String file = "'contents':[{'role':'user','parts':[{'inlineData':{'mimeType':'contents[0]','data':'AAAA'}}]}]";

        Reply reply = asks("generateContent", customer.key(), cached(), file);

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("message").asString())
                .startsWith("'contents[0].parts[0].inline_data' is labelled contents[0], but");
    }

    @Test
    void only_the_time_of_expiry_can_be_changed() {
        String name = cached();
        for (String body :
                List.of("{}", "{'displayName':'b'}", "{'ttl':'60s','displayName':'b'}", "{'ttl':'60s'," + ASKS + "}")) {
            assertRefused(send("PATCH", name, body, customer.key()), "one of them is required");
        }
    }

    @Test
    void an_account_has_at_most_a_hundred() {
        for (int i = 0; i < 100; i++) {
            gateway.execute(
                    "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                            + " SELECT 'cache" + i + customer.account() + "', id, '', 'key', 'cache', "
                            + (stores == Stores.SQLITE ? "x''" : "''::bytea")
                            + ", 'application/json', 1, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                            + customer.account() + "'");
        }
        Reply reply = creates(customer.key(), "'model':'" + MODEL + "'," + CONTENTS);
        assertThat(reply.status()).as(reply.text()).isEqualTo(429);
        assertThat(reply.error().get("message").asString()).contains("100 cached contents");
        gateway.execute("DELETE FROM stored_file WHERE purpose = 'cache'");
        cached();
    }

    @Test
    void refused_calls_count_the_contents_that_they_read() {
        String name = cached();
        for (int i = 0; i < 10; i++) {
            assertThat(asks(name).status()).isEqualTo(200);
        }
        String file = "'contents':[{'role':'user','parts':[{'fileData':{'fileUri':'http://10.0.0.1/a.png'}}]}]";
        gateway.assertFreeWork(customer, 2, () -> assertThat(
                        asks("generateContent", customer.key(), name, file).status())
                .isEqualTo(400));
    }
}
