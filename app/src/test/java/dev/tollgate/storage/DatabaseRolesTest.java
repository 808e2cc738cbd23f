package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.operator.admin.By;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program serves as a role that can neither change nor delete what is written once. */
@Timeout(120)
class DatabaseRolesTest {

    private static final Path ROLES = Path.of("deploy", "postgresql", "roles.sql");
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody of the tests";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static String owner;
    private static LogCapture log;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        log = new LogCapture();
        owner = Postgres.migrated();
        execute(owner, Files.readString(ROLES)); // for the second time, as after an upgrade
        gateway = Gateway.startOn(
                owner,
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_OPERATOR_PASSWORD", "the operator of the tests"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        log.close();
    }

    private static String as(String role) {
        return owner.replaceAll("user=[^&]*", "user=" + role);
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void calls_people_money_and_deeds_go_their_way_as_the_role_that_serves() throws Exception {
        Customer customer = gateway.customer("10");
        assertThat(customer.chat(CHAT.formatted("false")).status()).isEqualTo(200);
        assertThat(customer.chat(CHAT.formatted("true")).status()).isEqualTo(200);
        assertThat(customer.chat(CHAT.formatted("false"), "a-key").status()).isEqualTo(200);
        assertThat(customer.chat(CHAT.formatted("false"), "a-key").status()).isEqualTo(200);
        gateway.app()
                .administration()
                .deeds()
                .refund(
                        By.of(Actor.COMMAND, "it was slow"),
                        customer.lastTask().get("id").asString(),
                        10_000);
        gateway.commands().setKey(customer.keyId(), settings -> settings.withName("n"));
        gateway.commands().rotateKey(customer.keyId(), 60);
        Browser browser = new Browser(gateway.url()).signUp("role@example.org", PASSWORD);
        String top = "/dashboard/billing/top-up";
        assertThat(browser.submit(top, top, Map.of("id", "%032x".formatted(7), "own", "12"))
                        .status())
                .isEqualTo(303);
        String settings = "/dashboard/settings";
        assertThat(browser.get(settings).status()).isEqualTo(200);
        assertThat(gateway.post("/admin/vouchers", "{\"credits\":5,\"count\":1,\"reason\":\"a test\"}", ADMIN_KEY)
                        .status())
                .isEqualTo(201);
        assertThat(gateway.post(
                                "/admin/models/gemini-2.5-pro/prices",
                                "{\"input\":58,\"output\":451,\"reason\":\"a test\"}",
                                ADMIN_KEY)
                        .text())
                .contains("58");
        assertThat(gateway.post(
                                "/admin/settings",
                                "{\"name\":\"brand.announcement\",\"value\":\"Hello\",\"reason\":\"a test\"}",
                                ADMIN_KEY)
                        .status())
                .isLessThan(300);
        assertThat(gateway.post(
                                "/admin/models/gemini-3-pro/prices",
                                "{\"cached_input\":16,\"reason\":\"a test\"}",
                                ADMIN_KEY)
                        .status())
                .isEqualTo(201);
        gateway.app().people().mail().statements().sweep();
        gateway.app().people().mail().notices().sweep();
        Gateway.await(
                "what is noted of it", () -> gateway.number("SELECT COUNT(*) FROM told WHERE kind = 'limits'") > 0);
        String data = "/dashboard/settings/data";
        assertThat(browser.submit(data, data, Map.of("login", "role@example.org"))
                        .location())
                .isEqualTo("/sign-in?said=deleted");
        gateway.restart();
        assertThat(customer.consumed()).isPositive();
        gateway.assertBooksAreClosed();
        // Background work is retried without a report.
        assertThat(log.text()).doesNotContain("permission denied");
    }

    private static final String ADD_INVITATION =
            "INSERT INTO audit_log (sequence, created_at, actor, action, subject, after_json, reason)"
                    + " SELECT COALESCE(MAX(sequence), 0) + 1, 1, 'command', 'account.invite', 'new account',"
                    + " '{\"email\":\"%s\"}', 'a test' FROM audit_log";

    private static final String ADDRESSES = "SELECT COUNT(*) FROM audit_log WHERE after_json LIKE '%@example.org%'";

    @Test
    void an_address_in_an_older_row_of_the_audit_log_goes_with_its_person() throws Exception {
        Browser browser = new Browser(gateway.url()).signUp("invited@example.org", PASSWORD);
        execute(owner, ADD_INVITATION.formatted("Invited@example.org"));
        String data = "/dashboard/settings/data";
        assertThat(browser.submit(data, data, Map.of("login", "invited@example.org"))
                        .location())
                .isEqualTo("/sign-in?said=deleted");
        assertThat(gateway.number(ADDRESSES)).isZero();
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.invite'"))
                .isEqualTo(1);
        assertThat(gateway.number("SELECT COUNT(*) FROM person WHERE login = 'invited@example.org'"))
                .isZero();
    }

    /** An update of that trigger's table was refused, whether it found a row or not. */
    @Test
    void the_upgrade_lets_people_be_erased_where_the_rights_are_of_an_earlier_release() throws Exception {
        String database = Postgres.migrated();
        execute(database, """
                CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON audit_log
                    FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();
                DROP TRIGGER emptied_alone ON audit_log;
                ALTER TABLE usage_quarter DROP COLUMN charged_by_request;
                ALTER TABLE usage_day DROP COLUMN charged_by_request;
                ALTER TABLE webhook DROP COLUMN events;
                ALTER TABLE kept_response DROP COLUMN call_id;
                DROP INDEX webhook_delivery_waiting;
                DROP INDEX payment_missing;
                DROP TABLE job, job_line, batch, plan_step, plan_return;
                ALTER TABLE payment DROP COLUMN lapsed_micros, DROP COLUMN period, DROP COLUMN subscription, DROP COLUMN at_once, DROP COLUMN version,
                    DROP COLUMN plan, DROP COLUMN purpose;
                ALTER TABLE subscription ADD COLUMN request_id TEXT;
                ALTER TABLE subscription ADD COLUMN end_request_id TEXT;
                DELETE FROM tollgate_schema WHERE version >= 26""");
        execute(database, ADD_INVITATION.formatted("old@example.org"));
        String serving = database.replaceAll("user=[^&]*", "user=tollgate_app");
        String empty = "UPDATE audit_log SET after_json = NULL WHERE action = 'account.invite'";
        assertThatThrownBy(() -> execute(serving, empty)).hasMessageContaining("written once");
        Installation.migrateShared(database.replaceAll("user=[^&]*", "user=tollgate_owner"), Path.of("none"), false);
        execute(serving, empty);
        assertThat(Postgres.number(database, ADDRESSES)).isZero();
        assertThatThrownBy(() -> execute(serving, "UPDATE audit_log SET after_json = '{}'"))
                .hasMessageContaining("written once");
    }

    @Test
    void the_role_that_serves_takes_another_secret_key_and_forgets_the_first() {
        String database = Postgres.migrated();
        String old = Gateway.SECRET_KEY;
        String next = "0123456789abcdef".repeat(4);
        serving(database, old, server -> {});
        serving(database, old + "," + next, server -> {});
        serving(database, next + "," + old, server -> {
            assertThat(server.post("/admin/secret/rotate", "{\"reason\":\"a test\"}", ADMIN_KEY)
                            .status())
                    .isEqualTo(202);
            Gateway.await(
                    "all is re-encrypted",
                    () -> server.get("/admin/secret/rotate", ADMIN_KEY).text().contains("\"done\""));
            Reply forgotten = server.post(
                    "/admin/secret/keys/" + new SecretBox(old, new SecureRandom()).id() + "/forget",
                    "{\"reason\":\"a test\",\"lose\":true}",
                    ADMIN_KEY);
            assertThat(forgotten.status()).as(forgotten.text()).isEqualTo(200);
        });
        serving(database, next, server -> assertThat(
                        server.customer("10").chat(CHAT.formatted("false")).status())
                .isEqualTo(200));
    }

    private static void serving(String database, String ring, Consumer<Gateway> work) {
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY, "TOLLGATE_SECRET_KEY", ring);
        try (Gateway server = Gateway.startOn(database, environment)) {
            work.accept(server);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE entry SET amount_micros = amount_micros",
                "DELETE FROM entry",
                "UPDATE call SET charged_micros = 0",
                "UPDATE audit_log SET reason = 'another'",
                "UPDATE audit_log SET after_json = '{}'",
                "DELETE FROM audit_log",
                "UPDATE invoice SET series = series",
                "DELETE FROM invoice",
                "UPDATE payment_notice SET cents = 0",
                "DELETE FROM payment_notice",
                "DELETE FROM payment",
                "UPDATE price SET terms = terms",
                "UPDATE setting SET value = value",
                "DELETE FROM call",
                "DELETE FROM price",
                "DELETE FROM account",
                "DELETE FROM api_key",
                "TRUNCATE entry",
                "DROP TABLE entry",
                "CREATE TABLE mine (id INT)",
                "ALTER TABLE audit_log DISABLE TRIGGER ALL",
                "UPDATE tollgate_schema SET least = 1",
                "INSERT INTO tollgate_schema VALUES (2, '', '', 2, 1)"
            })
    void what_is_written_once_is_refused_to_be_changed(String sql) {
        assertThatThrownBy(() -> execute(as("tollgate_app"), sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("42501"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO account (id) VALUES ('acc_x')",
                "UPDATE account SET name = name",
                "SELECT * FROM person",
                "SELECT * FROM session",
                "SELECT * FROM signing_key"
            })
    void the_reading_role_changes_nothing_and_sees_no_credentials(String sql) throws SQLException {
        execute(as("tollgate_read"), "SELECT COUNT(*) FROM entry JOIN account ON account.id = account_id");
        assertThatThrownBy(() -> execute(as("tollgate_read"), sql))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    /** As on hosted servers, which have no superuser for customers. */
    @Test
    void the_tables_owner_makes_the_roles_without_being_a_superuser_and_may_do_it_again() throws Exception {
        String database = Postgres.empty();
        execute(owner, "CREATE ROLE landlord LOGIN CREATEROLE");
        execute(
                database,
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO landlord', current_database()); END $$");
        String landlord = database.replaceAll("user=[^&]*", "user=landlord");
        Installation.migrateShared(landlord, Path.of("none"), false);
        for (int times = 0; times < 2; times++) {
            execute(landlord, Files.readString(ROLES));
            assertThat(
                            Postgres.number(
                                    database,
                                    "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'tollgate_owner'"))
                    .isZero();
        }
        execute(database.replaceAll("user=[^&]*", "user=tollgate_owner"), "ALTER TABLE entry ADD COLUMN more INTEGER");
        assertThatThrownBy(() -> execute(database.replaceAll("user=[^&]*", "user=tollgate_app"), "DELETE FROM entry"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    @Test
    void rights_can_be_granted_again_while_servers_run() throws Exception {
        try (Connection writing = DriverManager.getConnection(owner);
                Statement statement = writing.createStatement()) {
            writing.setAutoCommit(false);
            statement.execute("LOCK TABLE audit_log IN ROW EXCLUSIVE MODE"); // as who adds a row
            CompletableFuture<Void> given = CompletableFuture.runAsync(() -> asPsql(owner));
            Gateway.await(
                    "the wait for that table",
                    () -> Postgres.number(
                                    owner,
                                    "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'audit_log'::regclass")
                            > 0);
            execute(as("tollgate_app"), "SET lock_timeout = '5s'; UPDATE account SET name = name");
            execute(as("tollgate_read"), "SET lock_timeout = '5s'; SELECT COUNT(*) FROM entry");
            writing.rollback();
            given.join();
        }
    }

    /** A statement at a time, each a transaction of its own where nothing else is said. */
    private static void asPsql(String url) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String one : Files.readString(ROLES).split(";\\R(?=[^$]*(?:\\$\\$[^$]*\\$\\$[^$]*)*\\z)")) {
                statement.execute(one);
            }
        } catch (SQLException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
