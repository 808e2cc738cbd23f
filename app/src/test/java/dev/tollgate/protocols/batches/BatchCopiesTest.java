package dev.tollgate.protocols.batches;

import static dev.tollgate.protocols.batches.DrivenBatch.MODEL;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.app.AppActions;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches in a restored copy, and under a secret key that goes. */
@Timeout(240)
class BatchCopiesTest {

    private static final String BODY = DrivenBatch.chat(MODEL, "Hi", ",\"max_tokens\":1000");

    private static String command(@Nullable Gateway gateway, String... words) {
        StringWriter out = new StringWriter();
        PrintWriter to = new PrintWriter(out, true);
        Stream<String> all = Stream.concat(
                Stream.of(words),
                gateway == null
                        ? Stream.of()
                        : Stream.of("--data", gateway.data().toString()));
        Main.run(all.toArray(String[]::new), Map.of(), to, to);
        return out.toString();
    }

    private static void write(Path file, String... lines) {
        try {
            Files.write(file, List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void later(Gateway gateway, Duration time) {
        gateway.setNow(gateway.now().plus(time));
    }

    private static void block(Gateway gateway, DrivenBatch batch, boolean isBlocked) {
        Gateway.Reply reply = gateway.post(
                "/admin/accounts/" + batch.customer().account() + "/block",
                "{\"blocked\":" + isBlocked + ",\"reason\":\"a test\"}",
                Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
    }

    /** All were made under the old key. One has ended before it changes, one goes on until it goes, one waits longer. */
    @Test
    void batches_outlive_a_rotation_and_end_without_results_when_their_key_goes() throws IOException {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY))) {
            gateway.setNow(gateway.now());
            Path file = gateway.data().resolve("secret.key");
            String old = Files.readString(file).strip();
            String fresh = command(null, "secret", "new-key").strip();
            Customer first = gateway.customer("10");
            DrivenBatch ended = DrivenBatch.midway(gateway, first, 2, 1, BODY);
            later(gateway, Duration.ofMinutes(1));
            assertThat(ended.ended().path("status").asString()).isEqualTo("completed");
            DrivenBatch waits = DrivenBatch.midway(gateway, gateway.customer("10"), 2, 2, BODY);
            DrivenBatch goesOn = DrivenBatch.midway(gateway, gateway.customer("10"), 2, 2, BODY);
            DrivenBatch cancelled = DrivenBatch.midway(gateway, gateway.customer("10"), 2, 2, BODY);
            cancelled.cancel();
            assertThat(cancelled.ended().path("status").asString()).isEqualTo("cancelled");
            block(gateway, waits, true);
            gateway.restartAfter(() -> write(file, fresh, old));
            gateway.script(DrivenBatch.answer(0));

            command(gateway, "secret", "rotate", "--reason", "a drill");
            later(gateway, Duration.ofMinutes(1));
            assertThat(goesOn.ended().path("status").asString()).isEqualTo("completed");
            goesOn.assertAddsUp();
            assertThat(ended.answers()).hasSize(3);
            assertThat(cancelled.errors()).hasSize(2);
            String oldId = new SecretBox(old, new SecureRandom()).id();
            assertThat(command(gateway, "secret", "status")).contains("of batches");
            assertThat(command(gateway, "secret", "forget", oldId, "--reason", "a drill"))
                    .contains("of batches");
            assertThat(command(gateway, "secret", "forget", oldId, "--lose", "--reason", "a drill"))
                    .doesNotContain("Exception");

            // Its pause has written its details under the new key: they go as if it had not been looked at since.
            gateway.execute("UPDATE job_line SET sealed = NULL WHERE line = 0 AND job_id = '" + waits.job() + "'");
            gateway.restartAfter(() -> write(file, fresh));
            gateway.script(DrivenBatch.answer(0));
            block(gateway, waits, false);
            later(gateway, Duration.ofMinutes(2));
            assertThat(waits.ended().path("status").asString()).isEqualTo("failed");
            assertThat(waits.get()
                            .path("errors")
                            .path("data")
                            .path(0)
                            .path("message")
                            .asString())
                    .contains("secret key");
            assertThat(waits.count("completed")).isEqualTo(2);
            assertThat(contents(waits, "error_file_id")).isEqualTo(200);
            assertThat(contents(ended, "output_file_id"))
                    .as("its results are gone")
                    .isNotEqualTo(200);
            assertThat(contents(cancelled, "error_file_id")).isEqualTo(200);
            assertThat(cancelled.get().path("status").asString()).isEqualTo("cancelled");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void restored_books_end_a_batch_and_keep_its_results(@TempDir Path folder) throws IOException {
        Map<String, String> environment = Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        try (Gateway gateway = Gateway.start(environment)) {
            gateway.setNow(gateway.now());
            DrivenBatch batch = DrivenBatch.midway(gateway, gateway.customer("10"), 2, 2, BODY);
            try (Database database = Database.openReading(gateway.data())) {
                database.backupTo(folder.resolve("tollgate.db"));
            }
            new AppActions(new PrintWriter(new StringWriter()))
                    .restored(SettingsLoader.load(Map.of("data", folder.toString()), environment), null, _ -> {});
            try (Gateway restored = gateway.over(folder)) {
                DrivenBatch its = batch.at(restored);
                assertThat(its.get().path("status").asString()).isEqualTo("failed");
                assertThat(its.get()
                                .path("errors")
                                .path("data")
                                .path(0)
                                .path("code")
                                .asString())
                        .isEqualTo("restored");
                assertThat(its.answers()).hasSize(2);
                assertThat(its.errors()).hasSize(2);
                its.assertAddsUp();
                restored.assertBooksAreClosed();
            }
            later(gateway, Duration.ofMinutes(1));
            assertThat(batch.ended().path("status").asString()).isEqualTo("completed");
        }
    }

    private static int contents(DrivenBatch batch, String member) {
        String file = batch.get().path(member).asString();
        return batch.gateway()
                .get("/v1/files/" + file + "/content", batch.customer().key())
                .status();
    }
}
