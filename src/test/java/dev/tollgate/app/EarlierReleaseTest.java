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
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A data folder of the program of 25 November 2026 (9659ae5b), which only the sandbox had answered: ann with start credits and a test payment,
 * carl with start credits and a grant, dora whose start credits were taken away, bob whose account was deleted, and the demo account. Each but
 * dora and the demo account has made calls.
 */
@Timeout(120)
class EarlierReleaseTest {

    private static final String ACCOUNTS = """
            SELECT group_concat(name || ' ' || balance_micros || ' ' || sandbox_micros, ', ')
            FROM (SELECT * FROM account WHERE name <> 'Operator' ORDER BY name)""";

    private static Path unpacked() throws IOException {
        Path data = Files.createTempDirectory("tollgate-test");
        try (InputStream file = EarlierReleaseTest.class.getResourceAsStream("/installations/of-november-2026.zip");
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(data.resolve(entry.getName()), zip.readAllBytes());
            }
        }
        return data;
    }

    @Test
    void an_earlier_installation_keeps_its_figures_and_its_free_credits_are_marked() throws IOException {
        Path data = unpacked();
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
}
