package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Installation;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Data folders of earlier programs. That of 25 November 2026 (9659ae5b), which only the sandbox had answered: ann with start credits and a test
 * payment, carl with start credits and a grant, dora whose start credits were taken away, bob whose account was deleted, and the demo account. Each
 * but dora and the demo account has made calls. And that of schema 41 (7e473c3b), the last one without organizations: ann and bob in one account with
 * limits and two keys, and carl, each with calls of the playground, and what the program said of the keys' usage.
 */
@Timeout(120)
class EarlierReleaseTest {

    private static final String ACCOUNTS = """
            SELECT group_concat(name || ' ' || balance_micros || ' ' || sandbox_micros, ', ')
            FROM (SELECT * FROM account WHERE name <> 'Operator' ORDER BY name)""";

    private static final String CALL =
            "{\"model\":\"gemini-2.5-flash\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static Path unpacked(String name) throws IOException {
        Path data = Files.createTempDirectory("tollgate-test");
        try (InputStream file = EarlierReleaseTest.class.getResourceAsStream("/installations/" + name);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(data.resolve(entry.getName()), zip.readAllBytes());
            }
        }
        return data;
    }

    @Test
    void an_earlier_installation_keeps_its_figures_and_its_free_credits_are_marked() throws IOException {
        Path data = unpacked("of-november-2026.zip");
        Installation.migrate(data);
        try (Database database = Database.open(data)) {
            String accounts = database.read(sql -> sql.one(ACCOUNTS, row -> row.getString(1)));
            assertThat(accounts)
                    .isEqualTo("Demo 10000000000 10000000000, ann 5049970000 5049970000,"
                            + " carl 149990000 49990000, deleted account 0 0, dora 0 0");
        }
        try (Gateway gateway = Gateway.start("data", data.toString())) {
            assertThat(gateway.differences()).isEmpty();
            assertThat(gateway.number("SELECT COUNT(*) FROM started_before")).isEqualTo(4);
            gateway.execute("UPDATE person SET login = 'moved@example.org' WHERE login = 'ann@example.org'");
            new Browser(gateway.url()).signUp("ann@example.org", "a password of another ann");
            assertThat(gateway.number("SELECT COUNT(*) FROM entry WHERE reason = 'credits to start with'"))
                    .isEqualTo(4);
            assertThat(gateway.number("SELECT COUNT(*) FROM price_rates"))
                    .isEqualTo(CatalogueLoader.builtIn().all().stream()
                            .mapToInt(model -> model.prices().dated().size())
                            .sum());
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void an_installation_without_organizations_goes_on_and_may_go_back() throws IOException {
        Path data = unpacked("of-schema-41.zip");
        Installation.migrate(data);
        try (Gateway gateway = Gateway.start("data", data.toString())) {
            List<String[]> usages = Files.readAllLines(data.resolve("usages.txt")).stream()
                    .map(line -> line.split(" "))
                    .toList();
            for (String[] usage : usages) {
                assertThat(gateway.get(usage[2], usage[1]).text())
                        .as(usage[2])
                        .isEqualTo(Files.readString(data.resolve(usage[0])));
            }
            for (String[] usage : usages) {
                assertThat(gateway.post("/v1/chat/completions", CALL, usage[1]).status())
                        .isEqualTo(200);
            }
            Browser bob = new Browser(gateway.url());
            assertThat(bob.signIn("bob@example.org", "a password for the tests").location())
                    .isEqualTo("/dashboard");
            assertThat(bob.call("/playground", "/playground/chat", CALL).status())
                    .isEqualTo(200);
            assertThat(gateway.number("SELECT COUNT(*) FROM member WHERE role <> 'owner'"))
                    .isZero();
            assertThat(gateway.text("SELECT value FROM installation WHERE name = 'compatible_from'"))
                    .as("the oldest program that may start on it")
                    .isEqualTo("31");
            gateway.assertBooksAreClosed();
        }
    }
}
