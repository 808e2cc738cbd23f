package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder of copies that lacks the last one, as an operator sees it and calls it new. */
@Timeout(60)
class NewBackupFolderTest {

    private static final String PASSWORD = "a long enough operator";

    @TempDir
    Path temporary;

    private Path share;

    @BeforeEach
    void make() throws IOException {
        share = Files.createDirectory(temporary.resolve("share"));
    }

    private PortalServer start() {
        return PortalServer.start(
                Instant::now,
                Map.of("TOLLGATE_SECRET_KEY", PortalServer.SECRET_KEY, "TOLLGATE_ADMIN_KEY", PortalServer.ADMIN_KEY),
                "operator.password",
                PASSWORD,
                "backup.folder",
                share.toString());
    }

    private List<Path> copies() {
        try (Stream<Path> files = Files.walk(share)) {
            return files.filter(it -> it.toString().endsWith(".db")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void loseCopies() {
        PortalServer.await("a copy that the books know", () -> !copies().isEmpty());
        try {
            Files.move(share, temporary.resolve("away"));
            Files.createDirectory(share);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean knowsCopy(PortalServer server) {
        return server.number("SELECT COUNT(*) FROM installation WHERE name = 'copy.finished'") == 1;
    }

    private static String books(Browser operator) {
        return operator.get("/console/books").body();
    }

    @Test
    void books_name_the_newest_copy_its_size_and_number() {
        try (PortalServer server = start()) {
            PortalServer.await("a known copy", () -> knowsCopy(server));
            Browser operator = new Browser(server.url());
            operator.signIn("operator", PASSWORD);
            PortalServer.await("its size", () -> books(operator)
                    .matches("(?s).*the newest is of [^<]+ with [1-9][0-9]* MB; 1 copy is kept.*"));
        }
    }

    @Test
    void copies_go_on_once_the_operator_has_said_that_it_is_new() {
        try (PortalServer server = start()) {
            PortalServer.await("a known copy", () -> knowsCopy(server));
            server.restartAfter(this::loseCopies);
            Browser operator = new Browser(server.url());
            operator.signIn("operator", PASSWORD);
            PortalServer.await("trouble", () -> books(operator).contains("Is the folder mounted?"));
            assertThat(operator.get("/console").body()).contains("Is the folder mounted?");
            operator.submit(
                    "/console/books", "/console/books", Map.of("deed", "installation.backup_folder", "reason", ""));
            assertThat(knowsCopy(server)).as("without a reason").isTrue();
            assertThat(operator.submit(
                                    "/console/books",
                                    "/console/books",
                                    Map.of("deed", "installation.backup_folder", "reason", "a new disk"))
                            .location())
                    .isEqualTo("/console/books");
            assertThat(server.text(
                            "SELECT reason || before_json FROM audit_log WHERE action = 'installation.backup_folder'"))
                    .startsWith("a new disk{\"last_copy\":\"" + share);
            server.restart();
            PortalServer.await("a copy in the new folder", () -> !copies().isEmpty());
        }
    }

    @Test
    void the_api_says_whether_a_copy_was_known() {
        try (PortalServer server = start()) {
            PortalServer.await("a known copy", () -> knowsCopy(server));
            server.restartAfter(this::loseCopies);
            assertThat(declare(server)).isEqualTo("{\"changed\":true}");
        }
        try (PortalServer server = PortalServer.start(
                Map.of("TOLLGATE_SECRET_KEY", PortalServer.SECRET_KEY, "TOLLGATE_ADMIN_KEY", PortalServer.ADMIN_KEY))) {
            assertThat(declare(server)).isEqualTo("{\"changed\":false}");
            assertThat(server.number("SELECT COUNT(*) FROM audit_log WHERE action = 'installation.backup_folder'"))
                    .isZero();
        }
    }

    private static String declare(PortalServer server) {
        return server.post("/admin/installation/backup-folder", "{\"reason\":\"a new disk\"}", PortalServer.ADMIN_KEY)
                .text();
    }
}
