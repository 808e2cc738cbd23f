package dev.tollgate.models.prices;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.AccountTerms.Terms;
import dev.tollgate.models.prices.PriceGroups.Changed;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Price groups in their rows: each price has a row before a call can name it, on every server. */
class PriceGroupsTest {

    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(3_600);
    private static final Model MODEL = CatalogueLoader.builtIn().all().getFirst();

    @TempDir
    Path folder;

    private static Pricing price(String version, long in) {
        return new Pricing(version, in, 2 * in, false, new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0));
    }

    private static GroupFactors factor(int factor) {
        return new GroupFactors(factor, new TreeMap<>());
    }

    private static final class Execute extends Write<Integer> {

        private final String statement;

        Execute(String statement) {
            this.statement = statement;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            return statements.run(statement);
        }
    }

    /** A server with a catalogue of one model. */
    private static final class Server implements AutoCloseable {

        final Database database;
        final SetPrices prices;
        final AccountPrices sold;
        final Writer writer;
        final Catalogue catalogue;

        Server(Database database, String version, long in) {
            this.database = database;
            prices = new SetPrices(database);
            sold = new AccountPrices(database, prices);
            List<Part<?>> parts = new ArrayList<>(List.of(sold.part(), RecordedRates.part()));
            parts.add(new WritePart<>(Execute.class));
            writer = database.startWriter(parts);
            catalogue = new Catalogue(
                    Instant.EPOCH, List.of(MODEL.atPrices(PriceSchedule.of(price(version, in)))), List.of());
            prices.applyTo(catalogue);
            sold.applyTo(catalogue);
            RecordedRates.record(catalogue, writer, NOW);
            sold.record(writer, NOW);
        }

        <T> T commit(Write<Outcome<T>> change) {
            writer.commitAndWait(Unit.of(change));
            return change.outcome().orThrow();
        }

        Changed set(String name, int factor, @Nullable Instant from) {
            return commit(sold.groups().set(name, factor(factor), from, null, NOW));
        }

        void enter(String account, @Nullable String group) {
            commit(sold.terms().set(account, group, NOW));
        }

        /** Makes the group an hour before now. */
        void enterGold() {
            commit(sold.groups().set("gold", factor(850), null, null, NOW.minusSeconds(3_600)));
            enter("acc_1", "gold");
        }

        void setPrice(long in, @Nullable Instant from) {
            commit(new SetPrices.SetPrice(
                    sold.groups(), MODEL.id(), prices.newest(MODEL.id()), price("", in), from, List.of(), NOW));
        }

        Pricing of(String account, Instant at) {
            return sold.catalogue(account, at).all().getFirst().at(at).pricing();
        }

        String version(String account) {
            return of(account, NOW).version();
        }

        List<String> rows() {
            return database.read(sql -> sql.list(
                    "SELECT version FROM price WHERE kind = 'group' ORDER BY number", row -> row.getString(1)));
        }

        void alter(String statement) {
            writer.commitAndWait(Unit.of(new Execute(statement)));
        }

        void look() {
            prices.look();
            sold.look(writer, NOW);
        }

        @Override
        public void close() {
            database.close();
        }
    }

    private Server server(Stores stores) {
        return new Server(stores.openBare(folder), "base", 1_001);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void an_account_pays_the_price_of_its_group(Stores stores) {
        try (Server server = server(stores)) {
            server.set("gold", 850, null);
            server.enter("acc_1", "gold");

            assertThat(server.of("acc_1", NOW)).isEqualTo(price("base", 1_001).inGroup(850, "gold.1"));
            assertThat(server.of("acc_1", NOW).inputMicrosPerMillion()).isEqualTo(851);
            assertThat(server.sold.catalogue("acc_2", NOW)).isSameAs(server.catalogue);
            assertThat(server.rows()).containsExactly("base*gold.1");

            server.enter("acc_1", null);
            assertThat(server.version("acc_1")).isEqualTo("base");
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_group_holds_from_a_millisecond_that_all_servers_read(Stores stores) {
        try (Server server = server(stores)) {
            server.commit(server.sold.groups().set("gold", factor(850), null, null, NOW.plusNanos(1_500_000)));
            server.commit(server.sold.terms().set("acc_1", "gold", NOW.plusNanos(1_500_000)));

            assertThat(server.of("acc_1", NOW.plusMillis(1)).version()).isEqualTo("base*gold.1");
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void each_new_price_has_rows_in_all_groups(Stores stores) {
        String set = MODEL.id() + "@set-1";
        try (Server server = server(stores)) {
            server.set("gold", 850, null);
            server.set("dear", 2_000, LATER);
            server.enter("acc_1", "gold");
            server.enter("acc_2", "dear");
            server.setPrice(7, null);

            assertThat(server.rows())
                    .containsExactlyInAnyOrder("base*gold.1", "base*dear.1", set + "*gold.1", set + "*dear.1");
            assertThat(server.version("acc_1")).isEqualTo(set + "*gold.1");
            assertThat(server.version("acc_2")).isEqualTo(set);
            assertThat(server.of("acc_2", LATER).version()).isEqualTo(set + "*dear.1");
            assertThat(server.of("acc_2", LATER.minusMillis(1)).version()).isEqualTo(set);
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_version_and_a_price_can_come_at_one_instant(Stores stores) {
        String set = MODEL.id() + "@set-1";
        try (Server server = server(stores)) {
            server.enterGold();
            server.setPrice(7, LATER);
            server.set("gold", 900, LATER);

            assertThat(server.of("acc_1", LATER.minusMillis(1)).version()).isEqualTo("base*gold.1");
            assertThat(server.of("acc_1", LATER).version()).isEqualTo(set + "*gold.2");
            assertThat(server.rows()).contains(set + "*gold.2").doesNotContain("base*gold.2");
        }
    }

    @Test
    void the_same_version_is_not_written_again() {
        try (Server server = server(Stores.SQLITE)) {
            server.set("gold", 850, null);
            assertThat(server.set("gold", 850, null).isNothing()).isTrue();
            assertThat(server.set("gold", 900, LATER).after().newest().number()).isEqualTo(2);
            assertThat(server.set("gold", 900, LATER).isNothing()).isTrue();

            Changed back = server.set("gold", 800, null);
            assertThat(back.after().newest().number()).isEqualTo(3);
            assertThat(back.withdrawn()).extracting(GroupVersion::mark).containsExactly("gold.2");
            assertThat(server.sold.groups().versions("gold", Long.MAX_VALUE, 10))
                    .extracting(GroupVersion::number)
                    .containsExactly(3L, 2L, 1L);
            assertThat(server.sold.groups().version("gold.2").factors().factor())
                    .isEqualTo(900);
            assertThatThrownBy(() -> server.commit(server.sold.groups().set("gold", factor(1), null, 2L, NOW)))
                    .hasMessage("Another operator has changed the price group gold. Its newest version is 3 now.");
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void no_account_enters_a_closed_group(Stores stores) {
        try (Server server = server(stores)) {
            server.enterGold();
            server.commit(server.sold.groups().close("gold", NOW));

            assertThatThrownBy(() -> server.enter("acc_2", "gold"))
                    .hasMessage("The price group gold is closed: no account enters it.");
            assertThatThrownBy(() -> server.enter("acc_2", "silver"))
                    .isInstanceOf(ApiException.class)
                    .hasMessage(
                            "'group' is silver, which is no price group; allowed is the name of one, or null for none.");
            server.enter("acc_1", "gold");
            assertThat(server.version("acc_1")).isEqualTo("base*gold.1");
            assertThat(server.set("gold", 900, null).after().closed()).isTrue();
            assertThat(server.commit(server.sold.groups().close("gold", NOW)).isNothing())
                    .isTrue();
        }
    }

    @Test
    void a_closed_group_is_closed_after_a_restart() {
        Path file = folder;
        try (Server server = server(Stores.SQLITE)) {
            server.enterGold();
            server.commit(server.sold.groups().close("gold", NOW));
        }
        try (Server server = new Server(Database.open(file), "base", 1_001)) {
            assertThat(server.version("acc_1")).isEqualTo("base*gold.1");
            assertThatThrownBy(() -> server.enter("acc_2", "gold"))
                    .hasMessage("The price group gold is closed: no account enters it.");
        }
    }

    @Test
    void a_price_that_would_be_too_high_is_refused() {
        try (Server server = server(Stores.SQLITE)) {
            server.set("dear", 2_000, null);
            assertThatThrownBy(() -> server.setPrice(Pricing.MICROS_PER_MILLION_MAX / 2, null))
                    .hasMessage("A rate of " + MODEL.id()
                            + " in the price group dear would be higher than a million credits.");
            server.setPrice(Pricing.MICROS_PER_MILLION_MAX / 4, null);
            assertThat(server.rows()).hasSize(2);
        }
    }

    @Test
    void an_account_without_terms_keeps_the_catalogue_itself() {
        try (Server server = server(Stores.SQLITE)) {
            assertThat(server.sold.catalogue("acc_1", NOW)).isSameAs(server.catalogue);
            assertThat(server.sold.isStandardAlone()).isTrue();
            assertThat(server.sold.group("acc_1", NOW)).isEqualTo(SoldTo.STANDARD);
        }
    }

    @Test
    void a_restart_has_the_same_prices() {
        Path file = folder;
        try (Server server = server(Stores.SQLITE)) {
            server.enterGold();
        }
        try (Server server = new Server(Database.open(file), "base", 1_001)) {
            assertThat(server.version("acc_1")).isEqualTo("base*gold.1");
            assertThat(server.rows()).hasSize(1);
        }
        try (Server server = new Server(Database.open(file), "other", 5)) {
            assertThat(server.version("acc_1")).isEqualTo("other*gold.1");
            assertThat(server.rows()).containsExactly("base*gold.1", "other*gold.1");
            server.alter("UPDATE price SET terms = (SELECT terms FROM price WHERE version = 'base')"
                    + " WHERE version = 'other*gold.1'");
        }
        assertThatThrownBy(() -> new Server(Database.open(file), "other", 5).close())
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("'other*gold.1' means another price in this installation");
    }

    // ---- several servers ----

    private static final class Two implements AutoCloseable {

        final Server one;
        final Server other;

        /** @param version of the other server's catalogue */
        Two(String version) {
            String url = Postgres.served(Postgres.migrated());
            one = new Server(Database.openShared(url), "base", 1_001);
            other = new Server(Database.openShared(url), version, 1_001);
        }

        @Override
        public void close() {
            one.close();
            other.close();
        }
    }

    @Test
    void another_server_records_what_its_catalogue_lacks_first() {
        try (Two servers = new Two("newer")) {
            servers.one.set("gold", 850, null);
            servers.one.enter("acc_1", "gold");
            assertThat(servers.one.rows()).containsExactly("base*gold.1");
            assertThat(servers.other.version("acc_1")).isEqualTo("newer");

            servers.other.look();
            assertThat(servers.other.version("acc_1")).isEqualTo("newer*gold.1");
            assertThat(servers.other.rows()).containsExactly("base*gold.1", "newer*gold.1");
        }
    }

    @Test
    void another_server_reads_the_end_of_a_group() {
        try (Two servers = new Two("base")) {
            servers.one.enterGold();
            servers.other.look();
            servers.one.commit(servers.one.sold.groups().close("gold", NOW));
            servers.other.look();
            assertThat(servers.other.sold.groups().all().get("gold").closed()).isTrue();
        }
    }

    @Test
    void a_price_set_before_a_group_was_read_is_not_used_without_its_row() {
        String set = MODEL.id() + "@set-1";
        try (Two servers = new Two("base")) {
            servers.one.enterGold();
            servers.other.look();
            servers.one.set("gold", 900, null);
            servers.other.setPrice(7, null); // knows gold.1 alone; the price has a row for gold.2

            assertThat(servers.other.rows()).contains(set + "*gold.2").doesNotContain(set + "*gold.1");
            assertThat(servers.other.version("acc_1")).isEqualTo("base*gold.1");
            assertThat(servers.one.version("acc_1")).isEqualTo("base*gold.2");
            servers.other.look();
            servers.one.look();
            assertThat(servers.other.version("acc_1")).isEqualTo(set + "*gold.2");
            assertThat(servers.one.version("acc_1")).isEqualTo(set + "*gold.2");
        }
    }

    @Test
    void a_group_set_before_a_price_was_read_has_its_row() {
        String set = MODEL.id() + "@set-1";
        try (Two servers = new Two("base")) {
            servers.one.enterGold();
            servers.other.look();
            servers.one.setPrice(7, null);
            servers.other.set("gold", 900, null);

            assertThat(servers.other.rows()).contains(set + "*gold.2");
            assertThat(servers.other.version("acc_1")).isEqualTo("base*gold.1");
            servers.other.look();
            servers.one.look();
            assertThat(servers.other.version("acc_1")).isEqualTo(set + "*gold.2");
            assertThat(servers.one.version("acc_1")).isEqualTo(set + "*gold.2");
        }
    }

    // ---- terms ----

    @Test
    void an_own_group_wins_over_the_group_of_a_plan_which_ends() {
        Terms plan = new Terms(1, "acc_1", NOW, null, "pro", LATER);

        assertThat(plan.group(NOW)).isEqualTo("pro");
        assertThat(plan.group(LATER)).isEqualTo("standard");
        assertThat(new Terms(2, "acc_1", NOW, "gold", "pro", LATER).group(NOW)).isEqualTo("gold");
    }

    @Test
    void the_group_at_an_instant_is_of_the_newest_row_before_it() {
        try (Server server = server(Stores.SQLITE)) {
            server.enterGold();
            server.commit(server.sold.terms().set("acc_1", null, LATER));

            assertThat(server.sold.group("acc_1", NOW.minusMillis(1))).isEqualTo("standard");
            assertThat(server.sold.group("acc_1", NOW)).isEqualTo("gold");
            assertThat(server.sold.group("acc_1", LATER)).isEqualTo("standard");
            Terms early =
                    server.commit(server.sold.terms().set("acc_1", "gold", NOW)).after();
            assertThat(early.at()).isEqualTo(LATER);
            assertThat(server.sold.terms().of("acc_1", Long.MAX_VALUE, 10))
                    .extracting(Terms::own)
                    .containsExactly("gold", null, "gold");
            assertThat(server.commit(server.sold.terms().set("acc_1", "gold", LATER))
                            .isChange())
                    .isFalse();
            assertThat(server.sold
                            .past("acc_1", server.catalogue.all().getFirst(), NOW)
                            .version())
                    .isEqualTo("base*gold.1");
        }
    }

    @Test
    void only_groups_with_accounts_have_a_size() {
        try (Server server = server(Stores.SQLITE)) {
            server.enterGold();
            server.set("empty", 900, null);
            server.enter("acc_1", "gold");
            server.enter("acc_2", "gold");
            server.enter("acc_3", null);

            assertThat(server.sold.terms().sizes(NOW)).isEqualTo(Map.of("gold", 2L));
            assertThat(server.sold.terms().sizes(NOW.minusMillis(1))).isEmpty();
            assertThat(server.sold.terms().in("gold", NOW)).hasSize(2);
        }
    }

    @Test
    void an_entry_for_a_model_alone_changes_no_other() {
        GroupFactors factors = new GroupFactors(1_000, new TreeMap<>(Map.of(MODEL.id(), 500)));
        try (Server server = server(Stores.SQLITE)) {
            server.commit(server.sold.groups().set("gold", factors, null, null, NOW));
            server.commit(server.sold.groups().set("plain", factor(1_000), null, null, NOW));
            server.enter("acc_1", "gold");
            server.enter("acc_2", "plain");

            assertThat(server.version("acc_1")).isEqualTo("base*gold.1");
            assertThat(server.version("acc_2")).isEqualTo("base");
            assertThat(server.rows()).containsExactly("base*gold.1");
        }
    }

    /** What a look-up remembers and what the rows say is one rule in two forms. */
    @ParameterizedTest
    @EnumSource(Stores.class)
    void rows_name_the_version_and_the_group_that_were_in_force(Stores stores) {
        Random random = new Random(Effort.seed("test.seed"));
        try (Server server = server(stores)) {
            Instant now = NOW;
            for (int i = 0; i < 40; i++) {
                now = now.plusSeconds(random.nextInt(600));
                Instant from = i > 0 && random.nextBoolean() ? now.plusSeconds(1 + random.nextInt(7_200)) : null;
                server.commit(server.sold.groups().set("gold", factor(800 + i), from, null, now));
                server.commit(server.sold.terms().set("acc_1", random.nextBoolean() ? "gold" : null, now));
            }
            PriceGroups.Group gold = Objects.requireNonNull(server.sold.groups().find("gold"));
            for (int second = -60; second < 40_000; second += 97) {
                Instant then = NOW.plusSeconds(second);
                assertThat(server.sold.groups().versionThen("gold", then)).isEqualTo(gold.at(then));
                assertThat(server.sold.terms().groupThen("acc_1", then))
                        .isEqualTo(server.sold.terms().groupAt("acc_1", then));
            }
        }
    }
}
