package dev.tollgate.operator.inspection;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import dev.tollgate.operator.inspection.ReceiptFiles.Verdict;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptFilesTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static PortalServer server;
    private static String receipts;
    private static String head;
    private static String keys;

    @TempDir
    Path folder;

    @BeforeAll
    static void charge() {
        server = PortalServer.start();
        server.chat(CHAT);
        server.chat(CHAT);
        receipts = server.get("/v1/receipts").text();
        head = server.get("/v1/receipts/head").text();
        keys = server.get("/v1/receipts/key").text();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void saved_receipts_verify_with_the_installations_keys_while_its_server_runs() throws Exception {
        assertThat(ReceiptFiles.verify(installation(server.data()), file(receipts), null, null))
                .isEqualTo(new Verdict(true, "2 receipts, all sound"));
    }

    @Test
    void saved_keys_and_a_head_need_no_installation() throws Exception {
        assertThat(ReceiptFiles.verify(installation(folder), file(receipts), file(keys), file(head)))
                .isEqualTo(new Verdict(true, "2 receipts, all sound; the head fits"));
    }

    @Test
    void a_changed_charge_is_named_by_its_line() throws Exception {
        String[] lines = receipts.split("\n");
        String forged =
                lines[0] + "\n" + lines[1].replaceFirst("\"charge_micros\":[0-9]+", "\"charge_micros\":1") + "\n";
        assertThat(ReceiptFiles.verify(installation(folder), file(forged), file(keys), null))
                .isEqualTo(new Verdict(false, "line 2: the signature does not fit"));
    }

    @Test
    void what_cannot_be_read_is_said() throws IOException {
        Path good = file(receipts);
        assertThatThrownBy(() -> ReceiptFiles.verify(installation(folder), folder.resolve("none"), file(keys), null))
                .isInstanceOf(CannotLook.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> ReceiptFiles.verify(installation(folder), good, null, null))
                .isInstanceOf(CannotLook.class)
                .hasMessageContaining("There is no database in " + folder);
        assertThatThrownBy(() -> ReceiptFiles.verify(installation(folder), good, good, null))
                .isInstanceOf(CannotLook.class)
                .hasMessageContaining("holds no public keys");
        assertThatThrownBy(() -> ReceiptFiles.verify(installation(folder), good, file(keys), folder.resolve("none")))
                .isInstanceOf(CannotLook.class);
    }

    private static Supplier<Database> installation(Path data) {
        return () -> Database.openReading(data);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "receipts", ""), text);
    }
}
