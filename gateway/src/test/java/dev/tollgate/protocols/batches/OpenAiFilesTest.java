package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
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

/** Files as OpenAI's clients upload and read them: inputs of batches, for the owner's keys alone. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class OpenAiFilesTest {

    private static final int PIECE = FilePieces.PIECE_BYTES;

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

    // ---- a client of few words ----

    private static String text(int bytes) {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder(bytes);
        for (int i = 0; i < bytes; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private static String field(String name, String value) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String content) {
        return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ä.jsonl\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
    }

    private static String form(String... parts) {
        return String.join("", parts) + "--B--\r\n";
    }

    private HttpRequest.Builder request(String key, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/files"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "multipart/form-data; boundary=B")
                .POST(body);
    }

    private Reply post(String key, String form) {
        return gateway.send(request(key, BodyPublishers.ofString(form)));
    }

    private JsonNode uploaded(String key, String content) {
        Reply reply = post(key, form(file(content), field("purpose", "batch")));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static String id(JsonNode file) {
        return file.get("id").asString();
    }

    private HttpRequest.Builder asked(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path));
    }

    private Reply get(String path, String key) {
        return gateway.get("/v1/files" + path, key);
    }

    private Reply delete(String id, String key) {
        return gateway.send("DELETE", "/v1/files/" + id, null, key);
    }

    private static void assertRefused(Reply reply, int status, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    private void assertNothingIsLeft() {
        CallServer.await("the pieces are gone", () -> gateway.number("SELECT COUNT(*) FROM file_piece") == 0);
        assertThat(gateway.number("SELECT COUNT(*) FROM stored_file WHERE expires_at > 0"))
                .isZero();
    }

    // ---- what is served ----

    @ParameterizedTest
    @ValueSource(ints = {1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE})
    void a_file_is_uploaded_read_listed_and_deleted(int bytes) throws NoSuchAlgorithmException {
        String content = text(bytes);
        JsonNode file = uploaded(customer.key(), content);
        assertThat(id(file)).matches("file-[0-9a-f]{32}");
        assertThat(file.get("object").asString()).isEqualTo("file");
        assertThat(file.get("bytes").asInt()).isEqualTo(bytes);
        assertThat(file.get("filename").asString()).isEqualTo("ä.jsonl");
        assertThat(file.get("purpose").asString()).isEqualTo("batch");
        assertThat(file.get("status").asString()).isEqualTo("processed");
        assertThat(file.get("expires_at").asLong() - file.get("created_at").asLong())
                .isEqualTo(Duration.ofHours(48).toSeconds());
        assertThat(get("/" + id(file), customer.key()).json()).isEqualTo(file);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
        assertThat(gateway.text("SELECT sha256 FROM stored_file"))
                .isEqualTo(HexFormat.of().formatHex(hash));
        assertThat(get("", customer.key()).json().at("/data/0")).isEqualTo(file);
        Reply read = get("/" + id(file) + "/content", customer.key());
        assertThat(read.text()).isEqualTo(content);
        assertThat(read.header("content-length")).isEqualTo("" + bytes);
        assertThat(delete(id(file), customer.key()).text())
                .isEqualTo("{\"id\":\"" + id(file) + "\",\"object\":\"file\",\"deleted\":true}");
        for (String path : List.of("", "/content")) {
            assertRefused(get("/" + id(file) + path, customer.key()), 404, "There is no file \"" + id(file) + "\"");
        }
        assertRefused(delete(id(file), customer.key()), 404, "There is no file");
        assertThat(get("", customer.key()).text())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
        assertNothingIsLeft();
    }

    @Test
    void fields_come_in_any_order_and_others_have_no_effect() {
        Reply reply = post(
                customer.key(),
                form(
                        field("expires_after[seconds]", "3600"),
                        field("colour", "red"),
                        field("purpose", "batch"),
                        file("{}"),
                        field("expires_after[anchor]", "created_at")));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("colour");
        assertThat(reply.json().get("expires_at").asLong()
                        - reply.json().get("created_at").asLong())
                .isEqualTo(3_600);
    }

    @Test
    void a_body_without_a_length_has_what_came() {
        String content = text(2 * PIECE + 9);
        byte[] form = form(file(content), field("purpose", "batch")).getBytes(StandardCharsets.UTF_8);
        Reply reply = gateway.send(
                request(customer.key(), BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form))));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("bytes").asInt()).isEqualTo(content.length());
        assertThat(get("/" + id(reply.json()) + "/content", customer.key()).text())
                .isEqualTo(content);
        assertThat(gateway.number("SELECT bytes FROM stored_file")).isEqualTo(content.length());
    }

    @Test
    void lists_have_pages_in_both_orders() {
        Instant start = Instant.now();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            gateway.setNow(start.plusSeconds(i / 2));
            ids.add(id(uploaded(customer.key(), "{}")));
        }
        List<String> oldest = pages("?limit=2&order=asc");
        assertThat(oldest).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(oldest.getLast()).isEqualTo(ids.getLast());
        assertThat(pages("?limit=2&purpose=batch")).isEqualTo(oldest.reversed());
        assertThat(pages("?purpose=batch_output")).isEmpty();
        assertThat(pages("?purpose=vision")).isEmpty();
        assertRefused(get("?limit=0", customer.key()), 400, "'limit' is '0'");
        assertRefused(get("?order=up", customer.key()), 400, "'order' is 'up'; it must be asc or desc.");
        assertRefused(get("?after=file-0", customer.key()), 400, "'after' is 'file-0'");
    }

    private List<String> pages(String query) {
        List<String> ids = new ArrayList<>();
        JsonNode page;
        String after = "";
        do {
            page = get(query + after, customer.key()).json();
            page.get("data").forEach(file -> ids.add(id(file)));
            after = "&after=" + page.get("last_id").asString("");
        } while (page.get("has_more").asBoolean());
        return ids;
    }

    @Test
    void files_end_after_48_hours() {
        Instant start = Instant.now();
        gateway.setNow(start);
        String id = id(uploaded(customer.key(), "{}"));
        gateway.setNow(start.plus(Duration.ofHours(48)).minusMillis(1));
        assertThat(get("/" + id, customer.key()).status()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofHours(48)).plusSeconds(60));
        assertThat(get("/" + id, customer.key()).status()).isEqualTo(404);
    }

    @Test
    void each_vendors_clients_are_told_apart() {
        String id = id(uploaded(customer.key(), "{}"));
        HttpRequest.Builder google = asked("/v1/files/" + id.substring(5)).header("x-goog-api-key", customer.key());
        assertThat(gateway.send(google).status()).isEqualTo(403);
        for (String path : List.of("/v1/files", "/v1/files/" + id, "/v1/files/" + id + "/content")) {
            Reply anthropic = gateway.send(
                    asked(path).header("x-api-key", customer.key()).header("anthropic-version", "2023-06-01"));
            assertRefused(anthropic, 404, "Anthropic's files are not served here");
            assertThat(anthropic.json().get("type").asString()).isEqualTo("error");
            assertThat(gateway.get(path.substring(3), customer.key()).status()).isEqualTo(200);
        }
        assertRefused(gateway.post("/v1/uploads", "{}", customer.key()), 404, "POST /v1/files takes a file");
    }

    private void batch(String id, String input, String state, Instant ended) {
        boolean isOpen = state.equals("open");
        gateway.execute(
                "INSERT INTO job (id, account_id, owner, origin_id, kind, state, due_at, node_id, body_hash, created_at, deadline, ended_at,"
                        + " gone_at, sealed_bytes, charged_micros) VALUES ('" + id + "', '" + customer.account()
                        + "', '', 'k', 'batch', '" + state + "', " + Long.MAX_VALUE + ", '', 'h', 1, 1, "
                        + (isOpen ? "NULL" : ended.toEpochMilli()) + ", " + Long.MAX_VALUE + ", 0, 0)");
        gateway.execute(
                "INSERT INTO batch (job_id, endpoint, input_id, lost, results_ms, results_until, lines, completed, failed, output_bytes,"
                        + " error_bytes, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens) VALUES ('"
                        + id
                        + "', '/v1/chat/completions', '" + input + "', 0, 1, "
                        + ended.plus(Duration.ofDays(30)).toEpochMilli() + ", 2, 1, 1, 70, 80, 0, 0, 0, 0)");
    }

    /** The books of these have no lines. */
    private void forgetBatches() {
        gateway.execute("DELETE FROM batch");
        gateway.execute("DELETE FROM job");
    }

    @Test
    void the_input_of_an_open_batch_is_not_deleted() {
        String id = id(uploaded(customer.key(), "{}"));
        String job = "chatcmpl-" + "2".repeat(31);
        batch(job, id.substring(5), "open", Instant.now());
        assertRefused(delete(id, customer.key()), 409, "input of a batch that has not ended");
        assertThat(delete(id, gateway.customer("100").key()).status()).isEqualTo(404);
        gateway.execute("UPDATE job SET state = 'completed', ended_at = 2");
        assertThat(delete(id, customer.key()).status()).isEqualTo(200);
        forgetBatches();
    }

    @Test
    void results_are_listed_between_inputs_and_deleted_together() {
        Instant start = Instant.now();
        gateway.setNow(start);
        String first = id(uploaded(customer.key(), "{}"));
        gateway.setNow(start.plusSeconds(2));
        String last = id(uploaded(customer.key(), "{}"));
        String chars = "2".repeat(31);
        batch("chatcmpl-" + chars, first.substring(5), "completed", start.plusSeconds(1));
        String output = "file-" + chars + "o";
        String errors = "file-" + chars + "e";
        List<String> all = List.of(last, output, errors, first);
        for (int limit = 1; limit < 6; limit++) {
            assertThat(pages("?limit=" + limit)).isEqualTo(all);
            assertThat(pages("?order=asc&limit=" + limit)).isEqualTo(all.reversed());
        }
        assertThat(pages("?purpose=batch_output&limit=1")).containsExactly(output, errors);
        JsonNode file = get("/" + output, customer.key()).json();
        assertThat(file.get("purpose").asString()).isEqualTo("batch_output");
        assertThat(file.get("bytes").asInt()).isEqualTo(70);
        assertThat(file.get("created_at").asLong())
                .isEqualTo(start.plusSeconds(1).getEpochSecond());
        assertThat(get("/" + output, gateway.customer("100").key()).status()).isEqualTo(404);
        assertThat(delete(errors, customer.key()).json().get("deleted").asBoolean())
                .isTrue();
        for (String gone : List.of(output, errors)) {
            assertRefused(get("/" + gone + "/content", customer.key()), 404, "There is no file");
        }
        assertThat(pages("?limit=3")).containsExactly(last, first);
        forgetBatches();
    }

    // ---- whose it is ----

    @Test
    void a_file_is_there_for_its_owners_keys_alone() {
        String member = customer.member("ann", "member");
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', '" + customer.account()
                + "', 'Search', 1)");
        String mine = customer.keyOf(member, "");
        String id = id(uploaded(mine, "{}"));
        assertThat(get("/" + id, customer.keyOf(member, "team_1")).status()).isEqualTo(200);
        String unknown = get("/file-" + "0".repeat(32), mine).text().replace("0".repeat(32), id.substring(5));
        for (String key : List.of(
                customer.key(),
                customer.keyOf("", "team_1"),
                gateway.customer("100").key())) {
            for (Reply reply : List.of(get("/" + id, key), get("/" + id + "/content", key), delete(id, key))) {
                assertThat(reply.status()).isEqualTo(404);
                assertThat(reply.text()).isEqualTo(unknown);
            }
            assertThat(get("?after=" + id, key).status()).isEqualTo(400);
            assertThat(get("", key).json().get("data").isEmpty()).isTrue();
        }
        String manager = customer.managementKey();
        for (Reply reply : List.of(
                get("", manager),
                get("/" + id, manager),
                get("/" + id + "/content", manager),
                delete(id, manager),
                post(manager, form(file("{}"), field("purpose", "batch"))))) {
            assertThat(reply.status()).isEqualTo(403);
        }
        assertThat(get("/" + id, mine).status()).isEqualTo(200);
    }

    // ---- what is refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "purpose=fine-tune|purpose|'purpose' must be 'batch', got \"fine-tune\"",
                "expires_after[seconds]=3600|expires_after[anchor]|must have both",
                "expires_after[anchor]=created_at|expires_after[seconds]|must have both",
                "expires_after[anchor]=now|expires_after[anchor]|must be 'created_at'",
                "expires_after[seconds]=3599|expires_after[seconds]|from 3600 to 604800",
                "expires_after[seconds]=2592000|expires_after[seconds]|from 3600 to 604800",
                "file=again|file|must come once",
            })
    void a_wrong_field_is_refused_by_its_name_and_nothing_stays(String field, String param, String message) {
        String part = field(field.split("=")[0], field.split("=")[1]);
        boolean isPurpose = field.startsWith("purpose");
        for (String form : List.of(
                form(file(text(PIECE + 1)), part, isPurpose ? "" : field("purpose", "batch")),
                form(part, isPurpose ? "" : field("purpose", "batch"), file(text(PIECE + 1))))) {
            Reply reply = post(customer.key(), form);
            assertRefused(reply, 400, message);
            assertThat(reply.error().get("param").asString()).isEqualTo(param);
            assertNothingIsLeft();
        }
    }

    @Test
    void what_is_missing_is_named() {
        assertRefused(post(customer.key(), form(file("{}"))), 400, "'purpose' is missing");
        assertRefused(post(customer.key(), form(field("purpose", "batch"))), 400, "'file' is missing");
        assertRefused(post(customer.key(), form(file(""), field("purpose", "batch"))), 400, "The file is empty.");
        assertRefused(post(customer.key(), file(text(PIECE + 1))), 400, "The body ends too early");
        assertRefused(
                gateway.send(request(customer.key(), BodyPublishers.noBody())),
                400,
                "does not begin with its boundary");
        assertRefused(gateway.post("/v1/files", "{}", customer.key()), 415, "multipart/form-data");
        assertRefused(
                gateway.send(
                        request(customer.key(), BodyPublishers.ofString("x")).header("Content-Encoding", "gzip")),
                415,
                "compressed");
        assertNothingIsLeft();
    }

    @Test
    void too_large_a_file_is_refused_before_it_is_sent() {
        long bytes = FileLimits.FILE_BYTES_MAX + FileHandlers.FORM_BYTES_MAX + 1;
        assertThat(answerBeforeTheBody(customer.key(), "Content-Length: " + bytes))
                .startsWith("HTTP/1.1 413 ")
                .contains("A file must have at most 104857600 bytes.");
        assertThat(answerBeforeTheBody(gateway.customer("0").key(), "Content-Length: 100"))
                .startsWith("HTTP/1.1 402 ");
    }

    /** Waits for a permission to send, and sends nothing else. */
    private String answerBeforeTheBody(String key, String length) {
        try (RawCall call = RawCall.sending(gateway.port(), head(key, length + "\r\nExpect: 100-continue"))) {
            return call.readUntil("}");
        }
    }

    private static String head(String key, String headers) {
        return "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: multipart/form-data; boundary=B\r\n" + headers + "\r\n\r\n";
    }

    @Test
    void a_caller_who_stops_midway_leaves_nothing() {
        String half = head(customer.key(), "Content-Length: 1000000") + file(text(3 * PIECE));
        try (RawCall _ = RawCall.sending(gateway.port(), half)) {
            CallServer.await("some pieces", () -> gateway.number("SELECT COUNT(*) FROM file_piece") >= 2);
            assertThat(get("", customer.key()).json().get("data").isEmpty()).isTrue();
        }
        assertNothingIsLeft();
    }

    @Test
    void an_upload_ends_when_its_key_is_disabled() {
        String half = head(customer.key(), "Content-Length: 10000000") + file(text(3 * PIECE));
        try (RawCall call = RawCall.sending(gateway.port(), half)) {
            CallServer.await("some pieces", () -> gateway.number("SELECT COUNT(*) FROM file_piece") >= 2);
            gateway.execute("UPDATE api_key SET disabled = 1 WHERE id = '" + customer.keyId() + "'");
            assertThat(call.send(text(PIECE)).readUntil("}"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("The API key is disabled.");
        }
        assertNothingIsLeft();
    }

    private String stored(String id, long bytes, Instant expiresAt) {
        return "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                + " SELECT '" + id + "', '" + customer.account() + "', '', 'k', 'batch', name_hash, '', " + bytes
                + ", 0, '', 1, " + expiresAt.toEpochMilli()
                + " FROM (SELECT CAST('x' AS " + (stores == Stores.SQLITE ? "BLOB" : "BYTEA") + ") AS name_hash) x";
    }

    @Test
    void without_room_an_upload_is_refused_by_its_limit() {
        Instant later = Instant.now().plus(Duration.ofHours(3));
        gateway.execute(stored("a", 31 << 20, later));
        String large = form(file(text(1 << 20)), field("purpose", "batch"));
        assertRefused(post(customer.key(), large), 429, "Together they have room for 33554432 bytes");
        Reply chunked = gateway.send(request(
                customer.key(),
                BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(form(file(text((1 << 20) + 1)), field("purpose", "batch"))
                                .getBytes(StandardCharsets.UTF_8)))));
        assertRefused(chunked, 429, "The file is larger than the account has room for: 1048576 bytes.");
        uploaded(customer.key(), "{}");
        for (String id : List.of("b", "c", "d")) {
            gateway.execute(stored(id, 1, later));
        }
        assertRefused(
                post(customer.key(), form(file("{}"), field("purpose", "batch"))), 429, "4 uploads that have begun");
    }

    @Test
    void a_file_that_is_deleted_while_it_is_read_is_cut() throws IOException {
        int bytes = 16 << 20;
        String id = id(uploaded(customer.key(), text(bytes)));
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 << 10);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
            socket.getOutputStream()
                    .write(("GET /v1/files/" + id + "/content HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + customer.key() + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            String head = new String(socket.getInputStream().readNBytes(300), StandardCharsets.UTF_8);
            assertThat(head).startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-length: " + bytes);
            assertThat(delete(id, customer.key()).status()).isEqualTo(200);
            long rest = 0;
            try {
                rest = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (SocketException reset) {
                // as good an end
            }
            assertThat(rest).isLessThan(bytes - 1_000);
        }
    }

    @Test
    void names_and_contents_are_sealed() throws Exception {
        post(
                customer.key(),
                form(
                        file("a secret of the customer".repeat(20)).replace("ä.jsonl", "confidential plan"),
                        field("purpose", "batch")));
        gateway.atRest()
                .forEach(
                        (file, bytes) -> assertThat(bytes).as(file).doesNotContain("confidential plan", "a secret of"));
    }
}
