package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The secret key is changed as docs/trouble.md says, on a running installation. */
@Timeout(240)
class RotatedKeyTest {

    private static final String KEEP = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Remember me\",\"store\":true}";

    private static final String IMAGE = image();

    private static final String ANSWER = """
            {"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"%s"}}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":1120,
             "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}],"totalTokenCount":1140}}""";

    private record Result(int code, String out, String err) {}

    private static Result command(Gateway gateway, String... words) {
        return command(Stream.concat(
                Stream.of(words), Stream.of("--data", gateway.data().toString())));
    }

    private static Result command(Stream<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                words.toArray(String[]::new), Map.of(), new PrintWriter(out, true), new PrintWriter(err, true));
        return new Result(code, out.toString(), err.toString());
    }

    private static void write(Path file, String... lines) {
        try {
            Files.write(file, List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void the_secret_key_is_changed_and_the_old_one_opens_nothing_afterwards() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            Path file = gateway.data().resolve("secret.key");
            String old = Files.readString(file).strip();
            String fresh = command(Stream.of("secret", "new-key")).out().strip();
            Customer customer = gateway.customer("10");
            Reply kept = gateway.post("/v1/responses", KEEP, customer.key());
            String path = "/v1/responses/" + kept.json().get("id").asString();
            gateway.restartAfter(() -> write(file, old, fresh));
            assertThat(gateway.get(path, customer.key()).status())
                    .as("the new line below")
                    .isEqualTo(200);
            gateway.restartAfter(() -> write(file, fresh, old));

            assertThat(gateway.get(path, customer.key()).status())
                    .as("sealed under the old key")
                    .isEqualTo(200);
            assertThat(gateway.post("/v1/responses", KEEP, customer.key()).status())
                    .isEqualTo(200);
            Result status = command(gateway, "secret", "status");
            assertThat(status.code()).as(status.out() + status.err()).isEqualTo(1);
            assertThat(status.out()).contains("keys that sign receipts", "no end", "kept responses");

            assertThat(command(gateway, "secret", "rotate", "--reason", "a drill")
                            .out())
                    .isEqualTo("1 values were re-encrypted, 0 open under no key.\n");
            String oldId = new SecretBox(old, new SecureRandom()).id();
            Result refused = command(gateway, "secret", "forget", oldId, "--reason", "a drill");
            assertThat(refused.err()).contains("Still sealed under key " + oldId + ": 1 kept responses.");
            Result forgotten = command(gateway, "secret", "forget", oldId, "--lose", "--reason", "a drill");
            assertThat(forgotten.code()).as(forgotten.err()).isZero();

            gateway.restartAfter(() -> write(file, fresh));
            assertThat(gateway.get(path, customer.key()).status())
                    .as("what was under the old key")
                    .isEqualTo(404);
            assertThat(customer.chat(
                                    "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
                            .status())
                    .isEqualTo(200);
            gateway.assertBooksAreClosed();
        }
    }

    /** Jobs: a waiting response and a waiting interaction without credits, and a finished response, whose request is gone. */
    @Test
    void requests_of_jobs_stay_under_their_key_until_the_jobs_end() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            gateway.script(UpstreamScript.says("Done.", 10, 20));
            Path file = gateway.data().resolve("secret.key");
            String old = Files.readString(file).strip();
            String fresh = command(Stream.of("secret", "new-key")).out().strip();
            Customer poor = gateway.customer("0.02");
            String waits = background(gateway, poor, "responses");
            String waitsToo = background(gateway, poor, "interactions");
            Customer customer = gateway.customer("10");
            String made = background(gateway, customer, "responses");
            for (String each : List.of(waits, waitsToo)) {
                Await.until(
                        "it waits", () -> gateway.get(each, poor.key()).json().has("paused"));
            }
            Await.until("one is made", () -> status(gateway, made, customer).equals("completed"));
            gateway.restartAfter(() -> write(file, fresh, old));

            String oldId = new SecretBox(old, new SecureRandom()).id();
            assertThat(command(gateway, "secret", "rotate", "--reason", "a drill")
                            .code())
                    .isZero();
            assertThat(left(gateway, oldId)).anySatisfy(it -> assertThat(it)
                    .startsWith("requests and results of batches and background responses "));
            assertThat(status(gateway, waits, poor)).isEqualTo("queued");
            assertThat(status(gateway, waitsToo, poor)).isEqualTo("in_progress");
            assertThat(command(gateway, "secret", "forget", oldId, "--reason", "a drill")
                            .err())
                    .contains(" requests and results of batches and background responses");
            assertThat(gateway.send("DELETE", made, null, customer.key()).status())
                    .isEqualTo(200);
            assertThat(command(gateway, "secret", "forget", oldId, "--lose", "--reason", "a drill")
                            .code())
                    .isZero();

            gateway.restartAfter(() -> write(file, fresh));
            gateway.setNow(gateway.now().plus(Duration.ofMinutes(2)));
            for (String each : List.of(waits, waitsToo)) {
                Await.until("its end", () -> status(gateway, each, poor).equals("failed"));
                assertThat(gateway.get(each, poor.key()).text()).contains("removed the secret key");
            }
            assertThat(command(gateway, "secret", "status").code()).isZero();
            gateway.assertBooksAreClosed();
            assertThat(gateway.differences()).isEmpty();
        }
    }

    private static String background(Gateway gateway, Customer customer, String door) {
        Reply reply = gateway.post(
                "/v1/" + door, "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"background\":true}", customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return "/v1/" + door + "/" + reply.json().get("id").asString();
    }

    private static String status(Gateway gateway, String path, Customer customer) {
        return gateway.get(path, customer.key()).json().path("status").asString("");
    }

    /** What is in use two days later: a kept response and its image, which is a file. */
    @Test
    void what_is_used_is_re_encrypted_and_the_old_key_goes_without_a_loss() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            Instant now = Instant.parse("2026-11-29T12:00:00Z");
            gateway.setNow(now);
            gateway.script(UpstreamScript.answers().event(ANSWER.formatted(IMAGE)));
            Path file = gateway.data().resolve("secret.key");
            String old = Files.readString(file).strip();
            String fresh = command(Stream.of("secret", "new-key")).out().strip();
            Customer customer = gateway.customer("1000");
            String made = draw(gateway, customer, "");
            gateway.restartAfter(() -> write(file, fresh, old));
            gateway.script(UpstreamScript.says("A house with a red roof.", 1_000, 20));
            assertThat(command(gateway, "secret", "rotate", "--reason", "a drill")
                            .code())
                    .isZero();
            String oldId = new SecretBox(old, new SecureRandom()).id();
            assertThat(left(gateway, oldId))
                    .as("what rotate leaves")
                    .containsExactlyInAnyOrder("kept responses 1", "stored files 1", "pieces of stored files 1");

            gateway.setNow(now.plus(Duration.ofDays(2)));
            draw(gateway, customer, ",\"previous_response_id\":\"" + made + "\"");
            Await.until(
                    "nothing is under the old key", () -> left(gateway, oldId).isEmpty());
            assertThat(command(gateway, "secret", "status").code()).isZero();
            Result forgotten = command(gateway, "secret", "forget", oldId, "--reason", "a drill");
            assertThat(forgotten.code()).as(forgotten.err()).isZero();
            gateway.restartAfter(() -> write(file, fresh));
            assertThat(gateway.get("/v1/responses/" + made, customer.key()).text())
                    .contains(IMAGE);
            assertThat(gateway.differences()).isEmpty();
        }
    }

    /** Returns an image of 100 KB, which is kept as a file, in base64. */
    private static String image() {
        byte[] noise = new byte[100_000];
        new Random(9).nextBytes(noise);
        ByteBuffer.wrap(noise)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .putInt(0x49484452)
                .putInt(64)
                .putInt(64);
        return Base64.getEncoder().encodeToString(noise);
    }

    private static String draw(Gateway gateway, Customer customer, String more) {
        Reply made = gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-3-pro-image\",\"input\":\"A house\"" + more + "}",
                customer.key());
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made.json().get("id").asString();
    }

    /** Returns the kinds of values under a key, with their numbers. */
    private static List<String> left(Gateway gateway, String id) {
        return command(gateway, "secret", "status")
                .out()
                .lines()
                .filter(line -> line.startsWith(id))
                .map(line -> line.split(" {2,}"))
                .map(cells -> cells[1] + " " + cells[2])
                .toList();
    }
}
