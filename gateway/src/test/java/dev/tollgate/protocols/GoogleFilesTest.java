package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Files that are uploaded as Google's clients do it: piece by piece, over several servers, for the owner's keys alone. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class GoogleFilesTest {

    private static final int PIECE = FilePieces.PIECE_BYTES;
    private static final String MODEL = "gemini-2.5-pro";

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
        gateway.close();
    }

    private static byte[] text(int bytes) {
        byte[] text = new byte[bytes];
        Random random = new Random(5);
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) ('a' + random.nextInt(26));
        }
        return text;
    }

    // ---- a client of few words ----

    private static Reply begins(CallServer server, String key, long bytes, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/upload/v1beta/files"))
                .header("x-goog-api-key", key)
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Command", "start")
                .header("X-Goog-Upload-Header-Content-Length", Long.toString(bytes))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return server.send(request);
    }

    private String begun(String key, long bytes) {
        Reply begun = begins(
                gateway,
                key,
                bytes,
                "{\"file\":{\"displayName\":\"Ü\",\"mimeType\":\"text/plain\",\"sizeBytes\":\"7\"}}");
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);
        assertThat(begun.header("x-goog-upload-status")).isEqualTo("active");
        assertThat(begun.header("x-goog-upload-chunk-granularity")).isEqualTo("262144");
        return URI.create(begun.header("x-goog-upload-url")).getPath();
    }

    private static HttpRequest.Builder piece(
            CallServer server, String path, String command, long offset, byte[] bytes) {
        return HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("X-Goog-Upload-Command", command)
                .header("X-Goog-Upload-Offset", Long.toString(offset))
                .POST(BodyPublishers.ofByteArray(bytes));
    }

    private Reply sends(String path, String command, long offset, byte[] bytes) {
        return gateway.send(piece(gateway, path, command, offset, bytes));
    }

    private JsonNode uploaded(String key, byte[] content) {
        Reply reply = sends(begun(key, content.length), "upload, finalize", 0, content);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-goog-upload-status")).isEqualTo("final");
        return reply.json().get("file");
    }

    private static Reply asks(CallServer server, String key, String... uris) {
        String parts = String.join(
                ",",
                Arrays.stream(uris)
                        .map("{\"fileData\":{\"fileUri\":\"%s\",\"mimeType\":\"text/plain\"}}"::formatted)
                        .toList());
        return server.post(
                "/v1beta/models/" + MODEL + ":generateContent",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Read\"}," + parts + "]}]}",
                key);
    }

    private Reply get(String path, String key) {
        return gateway.get("/v1beta/" + path, key);
    }

    private Reply delete(String path, String key) {
        return gateway.send("DELETE", "/v1beta/" + path, null, key);
    }

    private static void assertNotThere(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
        assertThat(reply.error().get("status").asString()).isEqualTo("PERMISSION_DENIED");
        assertThat(reply.error().get("message").asString())
                .startsWith("You do not have permission to access the File ")
                .endsWith(" or it may not exist.");
    }

    private static byte[] decoded(JsonNode asked, int part) {
        return Base64.getDecoder()
                .decode(asked.at("/contents/0/parts/" + part + "/inlineData/data")
                        .asString());
    }

    // ---- what is served ----

    @Test
    void a_file_is_uploaded_read_listed_used_and_deleted() throws Exception {
        byte[] content = text(1_000);
        JsonNode file = uploaded(customer.key(), content);
        String name = file.get("name").asString();
        assertThat(name).matches("files/[0-9a-f]{32}");
        assertThat(file.get("displayName").asString()).isEqualTo("Ü");
        assertThat(file.get("mimeType").asString()).isEqualTo("text/plain");
        assertThat(file.get("sizeBytes").asString()).isEqualTo("1000");
        assertThat(file.get("state").asString()).isEqualTo("ACTIVE");
        assertThat(file.get("uri").asString()).isEqualTo(gateway.url() + "/v1beta/" + name);
        assertThat(Base64.getDecoder().decode(file.get("sha256Hash").asString()))
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
        assertThat(Duration.between(
                        Instant.parse(file.get("createTime").asString()),
                        Instant.parse(file.get("expirationTime").asString())))
                .isBetween(Duration.ofHours(48), Duration.ofHours(48).plusMinutes(1));
        assertThat(get(name, customer.key()).json()).isEqualTo(file);
        assertThat(get("files", customer.key()).json().at("/files/0")).isEqualTo(file);
        Reply used = asks(gateway, customer.key(), file.get("uri").asString());
        assertThat(used.status()).as(used.text()).isEqualTo(200);
        assertThat(decoded(gateway.lastAsked(), 1)).isEqualTo(content);
        assertThat(delete(name, customer.key()).text()).isEqualTo("{}");
        assertNotThere(get(name, customer.key()));
        assertNotThere(delete(name, customer.key()));
        assertNotThere(asks(gateway, customer.key(), file.get("uri").asString()));
        assertThat(get("files", customer.key()).json().get("files").isEmpty()).isTrue();
        assertThat(gateway.number("SELECT COUNT(*) FROM file_piece")).isZero();
    }

    @Test
    void an_upload_goes_on_after_a_restart_where_its_last_piece_ended() {
        byte[] content = text(2 * PIECE + 9);
        String path = begun(customer.key(), content.length);
        Reply first = sends(path, "upload", 0, Arrays.copyOf(content, PIECE));
        assertThat(first.header("x-goog-upload-status")).isEqualTo("active");
        String id = path.split("-")[1];
        assertNotThere(get("files/" + id, customer.key())); // it is not whole
        assertNotThere(asks(gateway, customer.key(), gateway.url() + "/v1beta/files/" + id));
        gateway.restart();
        Reply query = sends(path, "query", 0, new byte[0]);
        assertThat(query.header("x-goog-upload-status")).isEqualTo("active");
        assertThat(query.header("x-goog-upload-size-received")).isEqualTo("" + PIECE);
        assertThat(get("files", customer.key()).json().get("files").isEmpty()).isTrue();
        Reply last = sends(path, "upload, finalize", PIECE, Arrays.copyOfRange(content, PIECE, content.length));
        assertThat(last.status()).as(last.text()).isEqualTo(200);
        assertThat(sends(path, "query", 0, new byte[0]).header("x-goog-upload-status"))
                .isEqualTo("final");
        asks(gateway, customer.key(), last.json().at("/file/uri").asString());
        assertThat(decoded(gateway.lastAsked(), 1)).isEqualTo(content);
    }

    @Test
    void each_request_of_an_upload_may_reach_another_server() {
        stop();
        stores = Stores.POSTGRESQL;
        start();
        byte[] content = text(PIECE + 9);
        String path = begun(customer.key(), content.length);
        try (CallServer other = CallServer.startOn(gateway.environment().get("TOLLGATE_DATABASE_URL"))) {
            Reply first = other.send(piece(other, path, "upload", 0, Arrays.copyOf(content, PIECE)));
            assertThat(first.status()).as(first.text()).isEqualTo(200);
            Reply last = sends(path, "upload, finalize", PIECE, Arrays.copyOfRange(content, PIECE, content.length));
            assertThat(last.status()).as(last.text()).isEqualTo(200);
            asks(other, customer.key(), last.json().at("/file/uri").asString());
            assertThat(decoded(other.lastAsked(), 1)).isEqualTo(content);
        }
    }

    /** R11: elsewhere a file belongs to one key of the provider, and a call with two files, or after that key is gone, fails. */
    @Test
    void two_files_go_with_a_call_to_whichever_channel_answers() {
        if (stores == Stores.POSTGRESQL) {
            return;
        }
        try (FarServer gone = new FarServer(request -> FarServer.whole(503, "{}"));
                FarServer busy = new FarServer(request -> FarServer.whole(429, "{}"));
                FarServer third = FarServer.saying("Read.");
                CallChannels channels = CallChannels.of(
                        """
                        channels:
                          - {id: a, kind: gemini, base_url: "%s", key: %s, priority: 1}
                          - {id: b, kind: gemini, base_url: "%s", key: %s, priority: 2}
                          - {id: c, kind: gemini, base_url: "%s", key: AIzaKeyOfChannelC0123456789abcdefghij, priority: 3}
                        """.formatted(gone.url(), CallChannels.KEY_A, busy.url(), CallChannels.KEY_B, third.url()))) {
            CallServer before = gateway;
            Customer of = channels.customer();
            try {
                gateway = channels.gateway();
                byte[] one = text(700);
                byte[] two = text(900);
                String first = uploaded(of.key(), one).get("uri").asString();
                String second = uploaded(of.key(), two).get("uri").asString();
                Reply reply = asks(gateway, of.key(), first, second);
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                JsonNode asked = third.requests().getLast().json();
                assertThat(decoded(asked, 1)).isEqualTo(one);
                assertThat(decoded(asked, 2)).isEqualTo(two);
                assertThat(gone.requests()).isNotEmpty();
            } finally {
                gateway = before;
            }
        }
    }

    @Test
    void lists_have_pages() {
        for (int i = 0; i < 3; i++) {
            uploaded(customer.key(), text(i + 1));
        }
        JsonNode first = get("files?pageSize=2", customer.key()).json();
        assertThat(first.get("files").size()).isEqualTo(2);
        JsonNode second = get(
                        "files?pageSize=2&pageToken="
                                + first.get("nextPageToken").asString(),
                        customer.key())
                .json();
        assertThat(second.get("files").size()).isEqualTo(1);
        assertThat(second.has("nextPageToken")).isFalse();
        assertThat(get("files?pageToken=x", customer.key()).status()).isEqualTo(400);
    }

    @Test
    void files_end_after_48_hours_and_uploads_after_one() {
        Instant start = Instant.now();
        gateway.setNow(start);
        String path = begun(customer.key(), 3);
        JsonNode file = uploaded(customer.key(), text(3));
        gateway.setNow(start.plus(Duration.ofMinutes(61)));
        assertThat(sends(path, "upload, finalize", 0, text(3)).status()).isEqualTo(404);
        String name = file.get("name").asString();
        gateway.setNow(start.plus(Duration.ofHours(48)).minusMillis(1));
        assertThat(get(name, customer.key()).status()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofHours(48)).plusSeconds(60));
        assertNotThere(get(name, customer.key()));
        assertNotThere(asks(gateway, customer.key(), file.get("uri").asString()));
    }

    /** Google's client for JavaScript asks for files under v1. */
    @Test
    void files_are_read_under_each_base_and_openais_clients_are_told_apart() {
        JsonNode file = uploaded(customer.key(), text(3));
        for (String base : List.of("/v1/", "/v1/gemini/v1/", "/v1/gemini/v1beta/", "/v1beta/")) {
            for (String path : List.of("files", file.get("name").asString())) {
                Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + base + path))
                        .header("x-goog-api-key", customer.key()));
                assertThat(reply.text()).as(base).contains(file.get("uri").asString());
            }
        }
        Reply openAi = gateway.get("/v1/files", customer.key());
        assertThat(openAi.status()).isEqualTo(200);
        assertThat(openAi.json().get("data").isEmpty()).isTrue();
    }

    @Test
    void an_interaction_takes_a_file_by_its_address() {
        String uri = uploaded(customer.key(), text(40)).get("uri").asString();
        String body = "{\"model\":\"" + MODEL
                + "\",\"input\":[{\"type\":\"document\",\"uri\":\"%s\",\"mime_type\":\"text/plain\"}]}";
        Reply reply = gateway.post("/v1beta/interactions", body.formatted(uri), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(decoded(gateway.lastAsked(), 0)).isEqualTo(text(40));
        assertNotThere(gateway.post(
                "/v1beta/interactions",
                body.formatted(uri),
                gateway.customer("100").key()));
    }

    // ---- whose it is ----

    @Test
    void a_file_is_there_for_its_owners_keys_alone() {
        String member = customer.member("ann", "member");
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', '" + customer.account()
                + "', 'Search', 1)");
        String mine = customer.keyOf(member, "");
        JsonNode file = uploaded(mine, text(30));
        String name = file.get("name").asString();
        String uri = file.get("uri").asString();
        assertThat(get(name, customer.keyOf(member, "team_1")).status()).isEqualTo(200);
        String chat = "{\"model\":\"" + MODEL
                + "\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                + uri
                + "\"}}]}]}";
        for (String key : List.of(
                customer.key(),
                customer.keyOf("", "team_1"),
                gateway.customer("100").key())) {
            assertNotThere(get(name, key));
            assertNotThere(delete(name, key));
            assertNotThere(asks(gateway, key, uri));
            assertNotThere(asks(gateway, key, "https://elsewhere.example/v1beta/" + name));
            assertThat(gateway.post("/v1/chat/completions", chat, key).status()).isEqualTo(403);
            assertThat(get("files", key).json().get("files").isEmpty()).isTrue();
        }
        String manager = customer.managementKey();
        for (String path : List.of("files", name)) {
            assertThat(get(path, manager).status()).isEqualTo(403);
        }
        assertThat(delete(name, manager).status()).isEqualTo(403);
        assertThat(begins(gateway, manager, 3, "{}").status()).isEqualTo(403);
        assertThat(gateway.asked()).isEmpty();
        assertThat(asks(gateway, mine, "https://elsewhere.example/v1beta/" + name)
                        .status())
                .isEqualTo(200);
        assertThat(gateway.post("/v1/chat/completions", chat, mine).status()).isEqualTo(200);
    }

    @Test
    void an_address_of_an_upload_cannot_be_made_up() {
        String path = begun(customer.key(), 3);
        String other = path.substring(0, path.length() - 1) + (path.endsWith("0") ? "1" : "0");
        for (String wrong :
                List.of(other, path.replace(customer.account(), "acc_other"), path + "0", "/upload/v1beta/files/x")) {
            assertThat(sends(wrong, "upload, finalize", 0, text(3)).status()).isEqualTo(404);
        }
        int last = 0;
        for (int i = 0; i < 310 && last != 429; i++) {
            last = sends(other, "query", 0, new byte[0]).status();
        }
        assertThat(last).isEqualTo(429);
        assertThat(sends(path, "upload, finalize", 0, text(3)).status()).isEqualTo(200);
    }

    // ---- what is refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "X-Goog-Upload-Protocol|raw|400|Only resumable uploads are served",
                "X-Goog-Upload-Protocol|multipart|400|Only resumable uploads are served",
                "X-Goog-Upload-Command|upload|400|Only resumable uploads are served",
                "X-Goog-Upload-Header-Content-Length|x|400|a whole number of bytes is required",
                "X-Goog-Upload-Header-Content-Length|0|400|the file is empty",
                "X-Goog-Upload-Header-Content-Length|104857601|413|at most 104857600 bytes, got 104857601",
                "X-Goog-Upload-Header-Content-Type|none|400|file.mime_type",
            })
    void a_start_that_cannot_be_served_is_refused_by_its_header(
            String header, String value, int status, String message) {
        Reply reply = begins(gateway, customer.key(), 3, "{\"file\":{\"mimeType\":\"text/plain\"}}", header, value);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{'file':{}}`|file.mime_type",
                "`{'file':{'mimeType':'text/plain','name':'files/mine'}}`|file.name: the server names files",
                "`{'file':{'mimeType':'text/plain','colour':'red'}}`|colour",
                "`{'file':[]}`|file",
                "`{`|JSON",
            })
    void a_description_that_cannot_be_served_is_refused(String body, String message) {
        Reply reply = begins(gateway, customer.key(), 3, body.replace('\'', '"'));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    @Test
    void a_name_has_at_most_512_characters() {
        String body = "{\"file\":{\"mimeType\":\"text/plain\",\"displayName\":\"%s\"}}";
        assertThat(begins(gateway, customer.key(), 3, body.formatted("ü".repeat(512)))
                        .status())
                .isEqualTo(200);
        assertThat(begins(gateway, customer.key(), 3, body.formatted("ü".repeat(513)))
                        .error()
                        .get("message")
                        .asString())
                .contains("file.display_name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start|0|0|must be upload, finalize, both, query, or cancel",
                "cancel, upload|0|3|must be upload, finalize, both, query, or cancel",
                "upload, finalize|1|2|Invalid X-Goog-Upload-Offset: 1; 0 bytes have come.",
                "upload, finalize|0|4|More bytes than the 3",
                "upload, finalize|0|2|Fewer bytes than the 3",
                "upload|0|2|a multiple of 262144 bytes, got 2",
                "finalize|0|0|0 of the 3 bytes",
            })
    void a_piece_that_does_not_fit_is_refused_and_the_upload_goes_on(
            String command, long offset, int bytes, String message) {
        String path = begun(customer.key(), 3);
        Reply reply = sends(path, command, offset, text(bytes));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(sends(path, "upload", 0, text(3)).header("x-goog-upload-status"))
                .isEqualTo("active");
        assertThat(sends(path, "finalize", 0, new byte[0]).header("x-goog-upload-status"))
                .isEqualTo("final");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1beta/files/abc", "/v1/gemini/v1beta/files/0123456789abcdef0123456789abcdef"})
    void an_unknown_file_is_refused_in_googles_words(String path) {
        assertNotThere(gateway.get(path, customer.key()));
    }

    @Test
    void an_account_without_credits_uploads_nothing() {
        Reply reply = begins(gateway, gateway.customer("0").key(), 3, "{\"file\":{\"mimeType\":\"text/plain\"}}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(402);
    }

    @Test
    void without_room_an_upload_is_refused_by_its_limit() {
        String described = "{\"file\":{\"mimeType\":\"text/plain\"}}";
        begun(customer.key(), FileLimits.NEW_BYTES);
        Reply refused = begins(gateway, customer.key(), 1, described);
        assertThat(refused.status()).as(refused.text()).isEqualTo(429);
        assertThat(refused.error().get("message").asString()).contains("bought credits or been charged 100 credits");
        Customer other = gateway.customer("100");
        for (int i = 0; i < FileLimits.BEGUN_MAX; i++) {
            begun(other.key(), 1);
        }
        assertThat(begins(gateway, other.key(), 1, described)
                        .error()
                        .get("message")
                        .asString())
                .contains("4 uploads that have begun");
    }

    @Test
    void an_upload_is_given_up_with_cancel() {
        String path = begun(customer.key(), 2 * PIECE);
        sends(path, "upload", 0, text(PIECE));
        Reply end = sends(path, "cancel", 0, new byte[0]);
        assertThat(end.status()).as(end.text()).isEqualTo(200);
        assertThat(end.header("x-goog-upload-status")).isEqualTo("cancelled");
        assertThat(sends(path, "query", 0, new byte[0]).status()).isEqualTo(404);
        assertThat(gateway.number("SELECT COUNT(*) FROM file_piece")).isZero();
        String whole = begun(customer.key(), 3);
        sends(whole, "upload, finalize", 0, text(3));
        assertThat(sends(whole, "cancel", 0, new byte[0]).status()).isEqualTo(404);
    }

    @Test
    void an_uploads_address_has_the_configured_host() {
        if (stores == Stores.POSTGRESQL) {
            return;
        }
        try (CallServer site = CallServer.start("public.url", "https://files.example")) {
            Reply begun = begins(site, site.customer("1").key(), 3, "{\"file\":{\"mimeType\":\"text/plain\"}}");
            assertThat(begun.header("x-goog-upload-url")).startsWith("https://files.example/upload/v1beta/files/");
        }
    }

    @Test
    void an_uploads_address_is_good_for_as_long_as_its_key() {
        var made = gateway.createKey(customer.account(), KeySettings.named("uploads"));
        String path = begun(made.secret(), 2 * PIECE);
        assertThat(sends(path, "upload", 0, text(PIECE)).status()).isEqualTo(200);
        gateway.execute(
                "UPDATE api_key SET disabled = 1 WHERE id = '" + made.key().id() + "'");
        for (String command : List.of("query", "upload, finalize", "cancel")) {
            Reply refused = sends(path, command, PIECE, text(PIECE));
            assertThat(refused.status()).as(refused.text()).isEqualTo(401);
            assertThat(refused.error().get("message").asString()).isEqualTo("The API key is disabled.");
        }
        assertThat(gateway.number("SELECT COUNT(*) FROM file_piece")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"a\\nb, U+000A", "a\\u0000b, U+0000", "a\\u202eb, U+202E"})
    void a_name_that_hides_characters_is_refused(String name, String character) {
        Reply file = begins(
                gateway,
                customer.key(),
                3,
                "{\"file\":{\"mimeType\":\"text/plain\",\"displayName\":\"%s\"}}".formatted(name));
        assertThat(file.status()).as(file.text()).isEqualTo(400);
        assertThat(file.error().get("message").asString()).contains("file.display_name", character);
        Reply cache = gateway.post(
                "/v1beta/cachedContents",
                "{\"model\":\"models/%s\",\"displayName\":\"%s\",\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}"
                        .formatted(MODEL, name),
                customer.key());
        assertThat(cache.status()).as(cache.text()).isEqualTo(400);
        assertThat(cache.error().get("message").asString()).contains("display_name", character);
    }

    @Test
    void a_piece_that_the_database_does_not_take_is_sent_again_where_it_ended() {
        byte[] content = text(2 * PIECE);
        String path = begun(customer.key(), content.length);
        try (CallServer.Fault fault = gateway.fault("INSERT", "file_piece", "NEW.place > 0")) {
            assertThat(sends(path, "upload, finalize", 0, content).status()).isEqualTo(503);
        }
        CallServer.await(
                "the writer", () -> sends(path, "query", 0, new byte[0]).status() == 200);
        assertThat(sends(path, "query", 0, new byte[0]).header("x-goog-upload-size-received"))
                .isEqualTo("" + PIECE);
        Reply last = sends(path, "upload, finalize", PIECE, Arrays.copyOfRange(content, PIECE, content.length));
        assertThat(last.status()).as(last.text()).isEqualTo(200);
        asks(gateway, customer.key(), last.json().at("/file/uri").asString());
        assertThat(decoded(gateway.lastAsked(), 1)).isEqualTo(content);
    }

    @Test
    void an_account_writes_to_four_uploads_at_the_same_time_and_four_wait() {
        if (stores == Stores.POSTGRESQL) {
            return; // its fault lets files be written
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < FileLimits.BEGUN_MAX; i++) {
            paths.add(begun(customer.key(), 3));
        }
        paths.addAll(paths);
        paths.add(paths.getFirst());
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        CallServer.Fault fault = gateway.nothingIsCommitted();
        try {
            paths.forEach(path -> replies.add(gateway.sendAside(piece(gateway, path, "upload, finalize", 0, text(3)))));
            CallServer.await("a refusal", () -> replies.stream().anyMatch(CompletableFuture::isDone));
        } finally {
            fault.close();
        }
        List<Integer> statuses =
                replies.stream().map(reply -> reply.join().status()).sorted().toList();
        assertThat(statuses).isEqualTo(List.of(200, 200, 200, 200, 400, 400, 400, 400, 429));
    }

    @Test
    void names_and_contents_are_sealed() throws Exception {
        byte[] content = "a secret of the customer".repeat(100).getBytes(StandardCharsets.US_ASCII);
        Reply begun = begins(
                gateway,
                customer.key(),
                content.length,
                "{\"file\":{\"displayName\":\"confidential plan\",\"mimeType\":\"text/plain\"}}");
        sends(URI.create(begun.header("x-goog-upload-url")).getPath(), "upload, finalize", 0, content);
        gateway.atRest()
                .forEach(
                        (file, bytes) -> assertThat(bytes).as(file).doesNotContain("confidential plan", "a secret of"));
    }

    @Test
    void counts_and_refused_calls_count_what_they_read() {
        String uri = uploaded(customer.key(), text(10)).get("uri").asString();
        String count = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"fileData\":{\"fileUri\":\"" + uri + "\"}}]}]}";
        for (int i = 0; i < 10; i++) {
            assertThat(asks(gateway, customer.key(), uri).status()).isEqualTo(200);
        }
        gateway.assertFreeWork(customer, 2, () -> assertThat(
                        gateway.post("/v1beta/models/" + MODEL + ":countTokens", count, customer.key())
                                .status())
                .isEqualTo(200));
        Customer poor = gateway.customer("0.01");
        String its = uploaded(poor.key(), text(10)).get("uri").asString();
        gateway.assertFreeWork(
                poor, 1, () -> assertThat(asks(gateway, poor.key(), its).status())
                        .isEqualTo(402));
    }
}
