package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.verification.Audit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Images of kept responses and interactions, which lie in the file store: read again, edited, deleted, unused. Bodies are written with single quotes. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class KeptImagesTest {

    private static final String MODEL = "gemini-3-pro-image";

    /** More than a kept response may have. */
    private static final int LARGE_BYTES = 900_000;

    @Parameter
    Stores stores;

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.startOn(stores, "models.file", "gateway/src/test/resources/catalogues/images.yaml");
        customer = gateway.customer("10000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** A door that keeps responses. */
    enum Door {
        RESPONSES("/v1/responses", "previous_response_id", "result"),
        INTERACTIONS("/v1beta/interactions", "previous_interaction_id", "data");

        private final String path;
        private final String previous;
        private final String member;

        Door(String path, String previous, String member) {
            this.path = path;
            this.previous = previous;
            this.member = member;
        }

        String body(String text, boolean streams, String previousId) {
            String before = previousId == null ? "" : ",'" + previous + "':'" + previousId + "'";
            return ("{'model':'" + MODEL + "','input':'" + text + "','stream':" + streams + before + "}")
                    .replace('\'', '"');
        }
    }

    private static byte[] image(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(9).nextBytes(noise);
        ByteBuffer.wrap(noise)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .putInt(0x49484452)
                .putInt(64)
                .putInt(64);
        return noise;
    }

    private void makes(byte[] image) {
        gateway.script(
                UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"%s"},
                 "thoughtSignature":"c2lnbmVkIGJ5IHRoZSBtb2RlbA=="}]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":1120,
                 "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}],"totalTokenCount":1140}}""".formatted(Base64.getEncoder().encodeToString(image))));
    }

    private String made(Door door, boolean streams, String previousId) {
        Reply reply = gateway.post(door.path, door.body("A house", streams, previousId), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String id = gateway.text("SELECT id FROM kept_response ORDER BY used_at DESC, id DESC");
        return (door == Door.RESPONSES ? "resp_" : "v1_") + id.substring(id.indexOf('-') + 1);
    }

    private Reply read(Door door, String id) {
        return gateway.get(door.path + "/" + id, customer.key());
    }

    private String found(Door door, Reply reply) {
        List<String> values = reply.json().findValuesAsString(door.member);
        assertThat(values).as(door.member).hasSize(1);
        return values.getFirst();
    }

    /** Returns what the check of the books says of the files. */
    private List<String> notes() throws IOException {
        List<String> notes = new ArrayList<>();
        String key = stores == Stores.SQLITE
                ? Files.readString(gateway.data().resolve("secret.key")).strip()
                : CallServer.SECRET_KEY;
        try (Database reading = gateway.reading()) {
            new Audit(reading, new SecretBox(key, new SecureRandom())).run(_ -> {}, notes::add, (_, _) -> {});
        }
        return notes;
    }

    private long files() {
        return gateway.number("SELECT COUNT(*) FROM stored_file WHERE purpose = 'kept' AND written = bytes");
    }

    @ParameterizedTest
    @CsvSource({"RESPONSES, false", "RESPONSES, true", "INTERACTIONS, false", "INTERACTIONS, true"})
    void a_large_image_is_kept_read_again_and_edited_with_its_signature(Door door, boolean streams) {
        byte[] image = image(LARGE_BYTES);
        makes(image);
        String id = made(door, streams, null);
        assertThat(files()).isEqualTo(1);
        assertThat(gateway.number("SELECT bytes FROM kept_response")).isLessThan(10_000);
        gateway.restart();
        makes(image(100));
        assertThat(Base64.getDecoder().decode(found(door, read(door, id)))).isEqualTo(image);
        made(door, streams, id);
        JsonNode parts = gateway.lastAsked().at("/contents/1/parts");
        List<JsonNode> images =
                parts.valueStream().filter(part -> part.has("inlineData")).toList();
        assertThat(images).hasSize(1);
        assertThat(Base64.getDecoder()
                        .decode(images.getFirst().at("/inlineData/data").asString()))
                .isEqualTo(image);
        assertThat(images.getFirst().path("thoughtSignature").asString()).isEqualTo("c2lnbmVkIGJ5IHRoZSBtb2RlbA==");
    }

    @ParameterizedTest
    @CsvSource({"RESPONSES, 49000, 0", "RESPONSES, 70000, 1", "INTERACTIONS, 49000, 0", "INTERACTIONS, 70000, 1"})
    void a_small_image_stays_in_its_response(Door door, int bytes, long files) {
        byte[] image = image(bytes);
        makes(image);
        String id = made(door, false, null);
        assertThat(files()).isEqualTo(files);
        assertThat(Base64.getDecoder().decode(found(door, read(door, id)))).isEqualTo(image);
    }

    @ParameterizedTest
    @EnumSource
    void a_deletion_deletes_the_image(Door door) {
        makes(image(LARGE_BYTES));
        String id = made(door, false, null);
        assertThat(files()).isEqualTo(1);
        Reply deleted = gateway.send("DELETE", door.path + "/" + id, null, customer.key());
        assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
        assertThat(files()).isZero();
        assertThat(gateway.number("SELECT COUNT(*) FROM file_piece")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void an_image_lives_as_long_as_its_response_is_used(Door door) {
        Instant start = Instant.parse("2027-01-01T00:00:00Z");
        gateway.setNow(start);
        byte[] image = image(LARGE_BYTES);
        makes(image);
        String id = made(door, false, null);
        gateway.setNow(start.plus(Duration.ofDays(20)));
        found(door, read(door, id));
        gateway.setNow(start.plus(Duration.ofDays(45)));
        assertThat(Base64.getDecoder().decode(found(door, read(door, id)))).isEqualTo(image);
    }

    @ParameterizedTest
    @EnumSource
    void without_room_a_response_with_a_large_image_is_not_kept(Door door) {
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " SELECT 'full', id, '', 'key', 'kept', " + (stores == Stores.SQLITE ? "x''" : "''::bytea")
                        + ", 'image/png', 500000000, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                        + customer.account() + "'");
        makes(image(LARGE_BYTES));
        Reply reply = gateway.post(door.path, door.body("A house", false, null), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.number("SELECT COUNT(*) FROM kept_response")).isZero();
    }

    @Test
    void an_image_that_is_missing_ends_the_conversation_and_belongs_to_its_owner() throws IOException {
        makes(image(LARGE_BYTES));
        String id = made(Door.RESPONSES, false, null);
        String name = "https://kept.invalid/v1beta/files/" + gateway.text("SELECT id FROM stored_file");
        String chat = "{\"model\":\"" + MODEL
                + "\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                + name
                + "\"}}]}]}";
        assertThat(gateway.post(
                                "/v1/chat/completions",
                                chat,
                                gateway.customer("100").key())
                        .status())
                .isEqualTo(403);
        String owned = customer.keyOf(customer.member("ann", "member"), "");
        assertThat(gateway.post("/v1/chat/completions", chat, owned).status()).isEqualTo(403);
        assertThat(notes()).isEmpty();
        gateway.execute("DELETE FROM stored_file");
        gateway.execute("DELETE FROM file_piece");
        assertThat(notes()).containsExactly("1 images of kept responses are missing.");
        Reply more = gateway.post("/v1/responses", Door.RESPONSES.body("More", false, id), customer.key());
        assertThat(more.status()).as(more.text()).isEqualTo(403);
    }
}
