package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The secret key is changed as docs/trouble.md says, on a running installation. */
@Timeout(240)
class RotatedKeyTest {

    private static final String KEEP = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Remember me\",\"store\":true}";

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
}
